import type { Health, HealthPart, HeartbeatAnswer } from '@jaegis/model';

export interface RegistryOptions {
  /** Most agents known at once, gone ones included. */
  readonly agentLimit: number;
  /** How often agents are asked to beat. */
  readonly heartbeatIntervalMs: number;
  /** The same for agents that JAEGIS itself started. */
  readonly supervisedHeartbeatIntervalMs: number;
  readonly suspectAfterIntervals?: number;
  readonly lostAfterIntervals?: number;
  readonly forgetStoppedAfterMs?: number;
  readonly forgetLostAfterMs?: number;
  /**
   * A tick that comes this long after the one before means that JAEGIS itself was away (a sleeping laptop, a stalled
   * process): that time is then nobody's silence. Left out: never assumed.
   */
  readonly stallAfterMs?: number;
}

export type HeartbeatResult =
  | { readonly ok: true; readonly answer: HeartbeatAnswer; readonly isNew: boolean }
  | { readonly ok: false; readonly reason: 'agent_limit'; readonly message: string };

export interface Assessment {
  readonly health: Health;
  readonly score: number;
  readonly parts: Readonly<Record<string, HealthPart>>;
  readonly reasons: readonly string[];
}
