import type { ReplicaCounts } from '@jaegis/model';
import type { Fault } from './fault.ts';
import type { MadeAgent } from './made-agent.ts';

// The shape of the targets package's `Target`, said again here so that the made world stands on the ground band alone;
// a test holds the two together.

export interface MadeScaleOptions {
  readonly now: number;
  readonly reason: string;
  readonly victims?: readonly string[];
}

export interface MadeScaleReceipt {
  readonly desired: number;
  readonly accepted: number;
  readonly started: readonly string[];
  readonly stopping: readonly string[];
  readonly resumed: readonly string[];
  readonly refused: { readonly count: number; readonly reason: string } | null;
  readonly message: string;
}

export interface MadeInstance {
  readonly instanceId: string;
  readonly pid: number | null;
  readonly state: 'starting' | 'ready' | 'draining' | 'backoff' | 'failed';
  readonly reason: string;
  readonly startedAt: number | null;
  readonly readyAt: number | null;
  readonly restarts: number;
  readonly lastExit: null;
  readonly restartAt: null;
}

export interface MadeTargetObservation {
  readonly replicas: ReplicaCounts;
  readonly instances: readonly MadeInstance[];
  readonly healthy: boolean;
  readonly message: string;
}

export interface MadeTargetEvent {
  readonly kind: 'started' | 'ready' | 'exited' | 'drained' | 'killed';
  readonly pool: string;
  readonly instanceId: string;
  readonly pid: number | null;
  readonly reason: string;
  readonly at: number;
}

/** What the target can do with the made pool. */
export interface MadePoolControls {
  agents(): readonly MadeAgent[];
  faults(): readonly Fault[];
  now(): number;
  start(count: number, o: { delayMs: number; isNeverReady: boolean }): string[];
  drain(instanceId: string): void;
  /** Calls a drain off. */
  resume(instanceId: string): void;
  kill(instanceId: string, reason: string): void;
  restart(instanceId: string): void;
  /** What one agent may use from now on; `null` = no limit. */
  limitMemory(bytes: number | null): void;
}

/** Starts and stops the agents of a made pool, with the faults that are active at the time. */
export class MadeTarget {
  readonly kind = 'made';
  readonly #pool: MadePoolControls;
  /** Accepted and never done: what a lying target shows as pending. */
  #ghosts = 0;

  constructor(pool: MadePoolControls) {
    this.#pool = pool;
  }

  observe(_now: number): MadeTargetObservation {
    const agents = this.#pool.agents();
    const isLying = this.#has('lie');
    // What a lie left behind is found out when the lie ends.
    if (!isLying) this.#ghosts = 0;
    const count = (state: MadeAgent['state']) => agents.filter((agent) => agent.state === state).length;
    const isAway = this.#has('unavailable');
    return {
      replicas: { ready: count('ready'), pending: count('starting') + this.#ghosts, draining: count('draining') },
      instances: agents.map(describe),
      healthy: !isAway,
      message: isAway ? 'the target cannot be reached' : 'reachable',
    };
  }

  scale(desired: number, options: MadeScaleOptions): Promise<MadeScaleReceipt> {
    const active = this.#pool.agents().filter((agent) => agent.state === 'starting' || agent.state === 'ready');
    const have = active.length + this.#ghosts;
    const receipt = (o: Partial<MadeScaleReceipt>): Promise<MadeScaleReceipt> =>
      Promise.resolve({
        desired,
        accepted: desired,
        started: [],
        stopping: [],
        resumed: [],
        refused: null,
        message: 'ordered',
        ...o,
      });
    if (this.#has('refuse') || this.#has('unavailable')) {
      const reason = this.#has('refuse') ? 'quota exceeded' : 'the target cannot be reached';
      return receipt({ accepted: have, refused: { count: Math.abs(desired - have), reason }, message: reason });
    }
    if (desired > have) {
      if (this.#has('lie')) {
        this.#ghosts += desired - have;
        return receipt({ started: [] });
      }
      const resumed = this.#pool
        .agents()
        .filter((agent) => agent.state === 'draining')
        .slice(0, desired - have)
        .map((agent) => agent.instanceId);
      for (const instanceId of resumed) this.#pool.resume(instanceId);
      const slow = this.#pool.faults().find((fault) => fault.kind === 'slow-start');
      const started = this.#pool.start(desired - have - resumed.length, {
        delayMs: slow?.kind === 'slow-start' ? slow.ms : 0,
        isNeverReady: this.#has('never-ready'),
      });
      return receipt({ started, resumed });
    }
    let fewer = have - desired;
    const ghosts = Math.min(fewer, this.#ghosts);
    this.#ghosts -= ghosts;
    fewer -= ghosts;
    const victims = inOrder(active, options.victims ?? []).slice(0, fewer);
    for (const victim of victims) this.#pool.drain(victim.instanceId);
    return receipt({ stopping: victims.map((victim) => victim.instanceId) });
  }

  resize(
    size: { readonly memoryBytes: number | null },
    _options: unknown,
  ): Promise<{ resized: number; problem: string }> {
    this.#pool.limitMemory(size.memoryBytes);
    return Promise.resolve({ resized: this.#pool.agents().length, problem: '' });
  }

  replace(instanceId: string, reason: string, _now: number): Promise<void> {
    if (!this.#pool.agents().some((agent) => agent.instanceId === instanceId)) return Promise.resolve();
    this.#pool.kill(instanceId, reason);
    return Promise.resolve();
  }

  restart(instanceId: string, reason: string, now: number): Promise<void> {
    return this.replace(instanceId, reason, now);
  }

  kill(instanceId: string, reason: string, now: number): Promise<void> {
    return this.replace(instanceId, reason, now);
  }

  stopInstance(instanceId: string, options: { readonly drain: boolean }): Promise<void> {
    if (options.drain) this.#pool.drain(instanceId);
    else this.#pool.kill(instanceId, 'stopped');
    return Promise.resolve();
  }

  close(options: { readonly drain: boolean }): Promise<void> {
    if (options.drain) for (const agent of this.#pool.agents()) this.#pool.drain(agent.instanceId);
    return Promise.resolve();
  }

  #has(kind: Fault['kind']): boolean {
    return this.#pool.faults().some((fault) => fault.kind === kind);
  }
}

/** Those that are starting first, then the named ones, then the youngest. */
function inOrder(agents: readonly MadeAgent[], victims: readonly string[]): MadeAgent[] {
  const rank = (agent: MadeAgent): number => {
    if (agent.state === 'starting') return -1;
    const named = victims.indexOf(agent.instanceId);
    return named < 0 ? victims.length : named;
  };
  return [...agents].sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt);
}

function describe(agent: MadeAgent): MadeInstance {
  const state = agent.state === 'gone' ? 'failed' : agent.state;
  return {
    instanceId: agent.instanceId,
    pid: agent.pid,
    state,
    reason: state,
    startedAt: agent.createdAt,
    readyAt: agent.state === 'starting' ? null : agent.readyAt,
    restarts: agent.restarts,
    lastExit: null,
    restartAt: null,
  };
}
