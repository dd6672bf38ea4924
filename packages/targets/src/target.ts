import type { ReplicaCounts, ReplicaSize } from '@jaegis/model';

/**
 * What an action acts on: it starts, replaces and stops the replicas of one pool, and says what is really there.
 * No method throws for what the outside world does; a refusal or a failure comes back as a value with its reason.
 * `describeTarget` (conformance/target-conformance.ts) is the promise in executable form.
 */
export interface Target {
  /** `process`, `kubernetes`, ... */
  readonly kind: string;
  /** What is there now. Cheap: called for every decision and every page. */
  observe(now: number): TargetObservation;
  /**
   * Orders `desired` replicas (ready and pending together; those draining do not count). Returns when the starts and
   * stops have been ordered, not when they are done. Going down it takes replicas that do not work first, then those
   * starting, then `victims` in the given order, then the youngest. Going up it takes those back that it is draining and that can
   * still return, before it starts new ones.
   */
  scale(desired: number, options: ScaleOptions): Promise<ScaleReceipt>;
  /** Stops a replica that no longer answers, shortly asked and then killed, and starts it anew. Unknown ids are ignored. */
  replace(instanceId: string, reason: string, now: number): Promise<void>;
  /** Starts a replica anew that still works: it is asked, and has its whole drain deadline. */
  restart(instanceId: string, reason: string, now: number): Promise<void>;
  /** Ends a replica at once, without asking. It is started anew, as after any crash that is not its own fault. */
  kill(instanceId: string, reason: string, now: number): Promise<void>;
  /** Stops one replica for good: with `drain` it is asked and given its deadline, without it is killed. */
  stopInstance(instanceId: string, options: { readonly drain: boolean }): Promise<void>;
  /** The last `tail` lines a replica wrote, oldest first, also when it is gone; empty for unknown ids. Not every target can tell. */
  output?(instanceId: string, options: { readonly tail?: number }): Promise<string[]>;
  /** Which process of this machine is which instance. Only where replicas are processes of this machine. */
  pids?(): ReadonlyMap<string, number>;
  /**
   * Gives every replica, and those to come, another size, in place. Only where the target can; a refusal comes back in
   * `problem`.
   */
  resize?(size: ReplicaSize, options: { readonly now: number; readonly reason: string }): Promise<ResizeReceipt>;
  /** Lets go. With `drain` every replica is stopped first; without, they live on for the next JAEGIS to adopt. */
  close(options: { readonly drain: boolean }): Promise<void>;
}

export interface ScaleOptions {
  readonly now: number;
  /** Why; it becomes the reason of every start and stop that follows from it. */
  readonly reason: string;
  readonly victims?: readonly string[];
  /** Of these, who holds work: an idle one goes first, where zones stay even but for one. */
  readonly busy?: readonly string[];
  /** How many are to run in each region. */
  readonly regions?: readonly { readonly name: string; readonly replicas: number }[];
  /** Zones to spread over, evenly. */
  readonly zones?: readonly string[];
}

/** Where an instance runs; `null` where nothing is said of it. */
export interface InstancePlace {
  readonly region: string | null;
  readonly zone: string | null;
}

/** What came of an order to scale. */
export interface ScaleReceipt {
  readonly desired: number;
  /** What will be there once all starts are through: `desired`, or less when some were refused. */
  readonly accepted: number;
  readonly started: readonly string[];
  readonly stopping: readonly string[];
  /** Draining ones that were taken back; they serve at once. */
  readonly resumed: readonly string[];
  /** Starts that were refused, and why; `null` when none was. */
  readonly refused: { readonly count: number; readonly reason: string } | null;
  readonly message: string;
}

export interface ResizeReceipt {
  /** Running replicas that have the new size now. */
  readonly resized: number;
  /** What could not be done, and why; empty when all was. */
  readonly problem: string;
}

export type InstanceState = 'starting' | 'ready' | 'draining' | 'backoff' | 'failed';

/** How an instance's last process ended. */
export interface InstanceExit {
  readonly at: number;
  /** `null` when a signal ended it, or when its end was not seen. */
  readonly code: number | null;
  readonly signal: string | null;
  /** `exited with code 1 after 2.3s`. */
  readonly reason: string;
  /** The last lines it wrote; empty until they have been read, or when it wrote none. */
  readonly output: readonly string[];
}

export interface InstanceObservation {
  readonly instanceId: string;
  /** `null` while no process is there: queued for its start, or waiting in backoff. */
  readonly pid: number | null;
  readonly state: InstanceState;
  /** The sentence that says why it is in that state. */
  readonly reason: string;
  /** Epoch milliseconds; of the present process. */
  readonly startedAt: number | null;
  readonly readyAt: number | null;
  readonly restarts: number;
  readonly lastExit: InstanceExit | null;
  /** When the next start is due; `null` unless in `backoff` or `failed`. */
  readonly restartAt: number | null;
  readonly place?: InstancePlace;
}

export interface TargetObservation {
  readonly replicas: ReplicaCounts;
  readonly instances: readonly InstanceObservation[];
  /** False when orders cannot be carried out now; `message` says why. */
  readonly healthy: boolean;
  readonly message: string;
  /** Why replicas are not held to the size they should have; empty where they are, absent where nobody asked for it. */
  readonly sizeProblem?: string;
}

export type TargetEventKind = 'started' | 'ready' | 'exited' | 'backoff' | 'drained' | 'killed' | 'adopted' | 'resumed';

/** Something happened to an instance. */
export interface TargetEvent {
  readonly kind: TargetEventKind;
  readonly pool: string;
  readonly instanceId: string;
  readonly pid: number | null;
  readonly reason: string;
  readonly at: number;
}
