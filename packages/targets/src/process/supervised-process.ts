import { type BackoffOptions, backoffMs, formatDuration, type Rng } from '@jaegis/std';
import type { InstanceExit, InstanceObservation, InstanceState, TargetEventKind } from '../target.ts';
import type { ProcessRecord } from './process-records.ts';
import type { ProcessExit, ProcessInfo, ProcessSystem } from './process-system.ts';
import type { StartGate, StartTicket } from './start-gate.ts';

/** What an instance needs of the target it belongs to. */
export interface Supervision {
  readonly system: ProcessSystem;
  readonly gate: StartGate;
  readonly rng: Rng;
  readonly restart: BackoffOptions;
  /** A process that was ready for this long has forgotten its earlier crashes. */
  readonly stableMs: number;
  /** From start to ready at most; then it is stopped and started anew. */
  readonly startTimeoutMs: number;
  now(): number;
  spawn(instance: SupervisedProcess, onExit: (exit: ProcessExit) => void): number | undefined;
  isReady(instance: SupervisedProcess, startedAt: number): boolean;
  emit(kind: TargetEventKind, instance: SupervisedProcess, reason: string): void;
  outputSize(instanceId: string): number;
  /** The last lines that were written after `fromByte`. */
  lastOutput(instanceId: string, fromByte: number): Promise<readonly string[]>;
  /** Living processes of a group, ours by their marker where it can be read. */
  members(groupId: number): readonly ProcessInfo[];
  removed(instance: SupervisedProcess): void;
}

/** The process an instance has now. */
interface Life {
  readonly pid: number;
  readonly startTicks: number;
  readonly configHash: string;
  readonly startedAt: number;
  /** A child of this very JAEGIS: its end is told to us. An adopted one must be looked at. */
  readonly isOwn: boolean;
  readonly outputFrom: number;
  readyAt: number | null;
  /** When SIGKILL is due. */
  killAt: number | null;
  wasKilled: boolean;
  /** How the leader ended, while others of its group are still there. */
  leaderExit: ProcessExit | null;
  nextLookAt: number;
  nextReadyLookAt: number;
  sleepingLooks: number;
}

/** What happens once the present process is gone: back off and start again, stay away, start again at once, or count as a failed start. */
export type StopIntent = 'remove' | 'restart' | 'fail';

const lookAtAdoptedMs = 1_000;
const lookAtStoppingMs = 200;
const lookForReadyMs = 200;
const gatePlaceMs = 2_000;

/**
 * One instance: an id that lives on while its processes come and go. All that depends on time happens in `tick(now)`:
 * getting ready, start and kill deadlines, restarts, and looks at processes that are not our own children.
 */
export class SupervisedProcess implements StartTicket {
  readonly instanceId: string;
  /** Later is younger. */
  readonly order: number;
  readonly #s: Supervision;
  readonly #configHash: string;
  #state: InstanceState = 'starting';
  #reason = '';
  #intent: StopIntent | 'keep' = 'keep';
  #life: Life | null = null;
  #restartAt: number | null = null;
  #crashes = 0;
  #restarts = 0;
  #starts = 0;
  #lastExit: InstanceExit | null = null;
  #whenGone: (() => void)[] = [];
  /** Draining because fewer were wanted: who wants more may have it back. */
  #isGivenBack = false;
  #wasTakenBack = false;

  constructor(
    instanceId: string,
    order: number,
    o: { readonly supervision: Supervision; readonly configHash: string },
  ) {
    this.instanceId = instanceId;
    this.order = order;
    this.#s = o.supervision;
    this.#configHash = o.configHash;
  }

  get state(): InstanceState {
    return this.#state;
  }

  get pid(): number | null {
    return this.#life?.pid ?? null;
  }

  /** Does not stay up: three ends in a row without a stable time, or starts that fail. One crash is no such thing. */
  get isBroken(): boolean {
    return this.#state === 'failed' || (this.#state === 'backoff' && this.#crashes >= 3);
  }

  /** Draining, but only to come back: it still counts as a replica. */
  get comesBack(): boolean {
    return this.#state !== 'draining' || this.#intent === 'restart';
  }

  /** Whether time alone can change anything about it. An own child that is ready changes only by its end. */
  get needsTicks(): boolean {
    return this.#state !== 'ready' || this.#life?.isOwn !== true;
  }

  /** Queues the start of a process. */
  launch(reason: string): void {
    this.#life = null;
    this.#intent = 'keep';
    this.#state = 'starting';
    this.#reason = reason;
    this.#restartAt = null;
    this.#s.gate.request(this);
  }

  /** Takes over a process that an earlier JAEGIS started. */
  adopt(record: ProcessRecord, now: number): void {
    this.#restarts = record.restarts;
    this.#life = this.#newLife(record.pid, { ...record, isOwn: false, outputFrom: 0, now });
    // A thousand adopted ones are not looked at in the same moment.
    this.#life.nextLookAt = now + (this.order % 20) * (lookAtAdoptedMs / 20);
    this.#state = record.readyAt === null ? 'starting' : 'ready';
    this.#reason = `adopted: process ${record.pid} was started by an earlier run of JAEGIS and still runs`;
    this.#s.emit('adopted', this, this.#reason);
  }

  // --- the gate's side

  start(now: number): void {
    const start = ++this.#starts;
    const outputFrom = this.#s.outputSize(this.instanceId);
    const pid = this.#s.spawn(this, (exit) => {
      if (start === this.#starts) this.#leaderEnded(exit);
    });
    if (pid === undefined) return;
    const startTicks = this.#s.system.read(pid)?.startTicks ?? Number.NaN;
    const life = { startTicks, configHash: this.#configHash, startedAt: now, readyAt: null };
    this.#life = this.#newLife(pid, { ...life, isOwn: true, outputFrom, now });
    this.#s.emit('started', this, this.#reason);
  }

  isSettled(now: number): boolean {
    const life = this.#life;
    if (life === null || this.#state !== 'starting' || now - life.startedAt >= gatePlaceMs) return true;
    if (!this.#s.system.looksAreCheap) return now - life.startedAt >= gatePlaceMs / 8;
    const info = this.#s.system.read(life.pid);
    if (info === undefined || info.isZombie) return true;
    life.sleepingLooks = info.isSleeping ? life.sleepingLooks + 1 : 0;
    return life.sleepingLooks >= 2 || (life.sleepingLooks === 1 && info.cpuMs <= 10);
  }

  // --- stopping

  /**
   * Ends the present process: SIGTERM to its group now, SIGKILL after `graceMs` (0: at once). Resolves when it is gone.
   * A stop for good is never turned into a restart by a later order.
   */
  stop(
    intent: StopIntent,
    o: { readonly graceMs: number; readonly reason: string; readonly isGivenBack?: boolean },
  ): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#whenGone.push(resolve));
    const wasStopping = this.#intent !== 'keep';
    this.#isGivenBack = intent === 'remove' && !wasStopping && o.isGivenBack === true;
    if (this.#intent !== 'remove') {
      this.#intent = intent;
      this.#reason = o.reason;
      this.#state = intent === 'fail' ? 'failed' : 'draining';
    }
    const life = this.#life;
    if (life === null) {
      this.#gone();
      return gone;
    }
    const killAt = this.#s.now() + o.graceMs;
    life.killAt = Math.min(life.killAt ?? killAt, killAt);
    life.nextLookAt = 0;
    if (o.graceMs <= 0) this.#kill(life);
    else if (!wasStopping) this.#signalGroup(life, 'SIGTERM');
    return gone;
  }

  /** Draining and, as far as we know, still able to go on. */
  get mayReturn(): boolean {
    const life = this.#life;
    return this.#isGivenBack && life !== null && life.leaderExit === null && !life.wasKilled && life.readyAt !== null;
  }

  /** Calls a drain off: SIGUSR2 to the process, which must have said that it knows what that means. */
  takeBack(reason: string): boolean {
    const life = this.#life;
    if (life === null || !this.mayReturn || !this.#s.system.signal(life.pid, 'SIGUSR2')) return false;
    this.#intent = 'keep';
    this.#isGivenBack = false;
    this.#wasTakenBack = true;
    this.#state = 'ready';
    this.#reason = `taken back while draining: ${reason}`;
    life.killAt = null;
    for (const resolve of this.#whenGone.splice(0)) resolve();
    this.#s.emit('resumed', this, this.#reason);
    return true;
  }

  // --- time

  tick(now: number): void {
    const life = this.#life;
    if (life === null) {
      if (this.#restartAt === null || now < this.#restartAt) return;
      this.#restarts++;
      this.launch(`restart ${this.#restarts}: ${this.#lastExit?.reason ?? this.#reason}`);
      return;
    }
    if (life.killAt !== null && now >= life.killAt) this.#kill(life);
    if (now >= life.nextLookAt && (life.leaderExit !== null || !life.isOwn)) this.#look(life, now);
    if (this.#life === life && life.leaderExit === null && this.#state === 'starting') this.#watchStart(life, now);
  }

  #look(life: Life, now: number): void {
    life.nextLookAt = now + (this.#intent === 'keep' ? lookAtAdoptedMs : lookAtStoppingMs);
    if (life.leaderExit === null) {
      if (!this.#isStillThere(life)) this.#leaderEnded({ code: null, signal: null });
      return;
    }
    const members = this.#s.members(life.pid);
    if (members.length === 0) this.#ended(life, life.leaderExit);
    else if (life.wasKilled) for (const member of members) this.#s.system.signal(member.pid, 'SIGKILL');
  }

  #watchStart(life: Life, now: number): void {
    if (now < life.nextReadyLookAt) return;
    life.nextReadyLookAt = now + lookForReadyMs;
    if (this.#s.isReady(this, life.startedAt)) {
      life.readyAt = now;
      this.#state = 'ready';
      this.#reason = `ready ${formatDuration(now - life.startedAt)} after its start`;
      this.#s.emit('ready', this, this.#reason);
    } else if (now - life.startedAt >= this.#s.startTimeoutMs) {
      const reason = `not ready ${formatDuration(now - life.startedAt)} after its start (at most ${formatDuration(this.#s.startTimeoutMs)})`;
      void this.stop('fail', { graceMs: lookAtAdoptedMs, reason });
    }
  }

  // --- ends

  #leaderEnded(exit: ProcessExit): void {
    const life = this.#life;
    const members = life === null ? [] : this.#s.members(life.pid);
    if (life === null || members.length === 0) {
      this.#ended(life, exit);
      return;
    }
    // Asked to stop, the rest of its group may use the deadline too. After a crash nobody waits for them.
    life.leaderExit = exit;
    life.nextLookAt = 0;
    if (this.#intent === 'keep') life.wasKilled = true;
    if (life.wasKilled) for (const member of members) this.#s.system.signal(member.pid, 'SIGKILL');
    if (this.#state === 'ready') this.#state = 'backoff';
  }

  #ended(life: Life | null, exit: ProcessExit): void {
    const now = this.#s.now();
    const how = describeExit(exit, life === null ? null : now - life.startedAt);
    // That we ended it ourselves is half the story: why comes first.
    const reason = this.#intent === 'fail' ? `${this.#reason}; ${how}` : how;
    const lastExit = { at: now, code: exit.code, signal: exit.signal, reason, output: [] };
    this.#lastExit = lastExit;
    if (life !== null)
      void this.#s.lastOutput(this.instanceId, life.outputFrom).then((output) => {
        if (this.#lastExit === lastExit) this.#lastExit = { ...lastExit, output };
      });
    const wasReadyMs = life === null || life.readyAt === null ? 0 : now - life.readyAt;
    if (wasReadyMs >= this.#s.stableMs) this.#crashes = 0;
    // It was as good as gone when it was called back: no crash, and its place is needed now.
    if (this.#intent === 'keep' && this.#wasTakenBack && exit.code === 0) {
      this.#intent = 'restart';
      this.#reason = 'had finished draining when it was taken back';
    }
    this.#wasTakenBack = false;
    if (this.#intent === 'keep' || this.#intent === 'fail') {
      this.#s.emit('exited', this, reason);
      this.#backOff(exit.error !== undefined || this.#intent === 'fail' ? 'failed' : 'backoff', reason, now);
    } else {
      this.#s.emit(life?.wasKilled === true ? 'killed' : 'drained', this, `${this.#reason}; ${reason}`);
    }
    this.#gone();
  }

  #backOff(state: 'backoff' | 'failed', why: string, now: number): void {
    this.#crashes++;
    const waitMs = backoffMs(this.#crashes, this.#s.restart, this.#s.rng);
    this.#state = state;
    this.#reason = `${why}; ${times(this.#crashes)} in a row, next start in ${formatDuration(waitMs)}`;
    this.#restartAt = now + waitMs;
    this.#s.emit('backoff', this, this.#reason);
  }

  /** Nothing of it runs any more. */
  #gone(): void {
    const intent = this.#intent;
    this.#life = null;
    this.#starts++;
    this.#s.gate.leave(this);
    const waiting = this.#whenGone;
    this.#whenGone = [];
    if (intent === 'remove') this.#s.removed(this);
    else if (intent === 'restart') {
      this.#restarts++;
      this.launch(`restart ${this.#restarts}: ${this.#reason}`);
    }
    this.#intent = intent === 'remove' ? 'remove' : 'keep';
    for (const resolve of waiting) resolve();
  }

  // --- the process itself

  #kill(life: Life): void {
    life.killAt = null;
    life.wasKilled = true;
    this.#signalGroup(life, 'SIGKILL');
  }

  /** While its leader lives, a group's number cannot belong to anybody else. */
  #signalGroup(life: Life, signal: NodeJS.Signals): void {
    if (life.leaderExit !== null) {
      for (const member of this.#s.members(life.pid)) this.#s.system.signal(member.pid, signal);
    } else if (life.isOwn || this.#isStillThere(life)) this.#s.system.signalGroup(life.pid, signal);
  }

  #isStillThere(life: Life): boolean {
    const info = this.#s.system.read(life.pid);
    return info !== undefined && !info.isZombie && info.startTicks === life.startTicks;
  }

  #newLife(
    pid: number,
    o: Pick<Life, 'startTicks' | 'configHash' | 'startedAt' | 'readyAt' | 'isOwn' | 'outputFrom'> & { now: number },
  ): Life {
    const { startTicks, configHash, readyAt, isOwn, outputFrom, now } = o;
    // One adopted before it was ready gets the whole start timeout again.
    const startedAt = readyAt === null ? now : o.startedAt;
    const fresh = {
      killAt: null,
      wasKilled: false,
      leaderExit: null,
      nextLookAt: 0,
      nextReadyLookAt: 0,
      sleepingLooks: 0,
    };
    return { pid, startTicks, configHash, startedAt, readyAt, isOwn, outputFrom, ...fresh };
  }

  // --- what others see

  observe(): InstanceObservation {
    const life = this.#life;
    return {
      instanceId: this.instanceId,
      pid: life?.pid ?? null,
      state: this.#state,
      reason: this.#reason,
      startedAt: life?.startedAt ?? null,
      readyAt: life?.readyAt ?? null,
      restarts: this.#restarts,
      lastExit: this.#lastExit,
      restartAt: this.#restartAt,
    };
  }

  /** For the next JAEGIS; nothing while there is no process. */
  record(bootId: string): ProcessRecord | undefined {
    const life = this.#life;
    if (life === null || Number.isNaN(life.startTicks)) return undefined;
    const { pid, startTicks, configHash, startedAt, readyAt } = life;
    const isDraining = this.#intent === 'remove';
    return {
      instanceId: this.instanceId,
      pid,
      startTicks,
      bootId,
      configHash,
      startedAt,
      readyAt,
      restarts: this.#restarts,
      isDraining,
    };
  }
}

/** `exited with code 1 after 2.3s`. */
function describeExit(exit: ProcessExit, upMs: number | null): string {
  if (exit.error !== undefined) return `could not be started: ${exit.error}`;
  const after = upMs === null ? '' : ` after ${formatDuration(upMs)}`;
  if (exit.signal !== null) return `ended by ${exit.signal}${after}`;
  if (exit.code !== null) return `exited with code ${exit.code}${after}`;
  return `ended${after}, exit code unknown because an earlier run of JAEGIS started it`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
