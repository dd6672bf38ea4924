import type { SignalName } from './signal.ts';

/** How an agent behaves against its own past at this hour under this load, and against its peers. */
export interface AgentBehavior {
  /** The part of the day and the load that the figures are for, in words; "so far" until that is known. */
  readonly when: string;
  readonly known: boolean;
  /** 0 or more, in usual deviations over the last minute; `unlike` while an anomaly of it is open. */
  readonly ownPast: { readonly strangeness: number; readonly unlike: boolean };
  readonly peers: { readonly strangeness: number; readonly unlike: boolean };
  readonly signals: readonly {
    readonly signal: SignalName;
    /** In the signal's unit; `null` is not known. */
    readonly value: number | null;
    readonly usual: number | null;
    readonly lower: number | null;
    readonly upper: number | null;
    /** The pool's median; `null` with fewer than four agents. */
    readonly peers: number | null;
    /** In usual deviations, signed. */
    readonly ownDistance: number | null;
    readonly peerDistance: number | null;
  }[];
}
