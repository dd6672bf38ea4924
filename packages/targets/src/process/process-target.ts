import { join, resolve } from 'node:path';
import type { ReplicaSize } from '@jaegis/model';
import type {
  ResizeReceipt,
  ScaleOptions,
  ScaleReceipt,
  Target,
  TargetEventKind,
  TargetObservation,
} from '../target.ts';
import { markedProcesses, planAdoption } from './adoption.ts';
import { findCgroups } from './cgroup-places.ts';
import { Cgroups } from './cgroups.ts';
import { childEnvironment, configHash } from './child-environment.ts';
import { OutputFiles } from './output-files.ts';
import { ownerOf, poolFileName } from './owner.ts';
import { Places } from './places.ts';
import { plainName } from './process-limit.ts';
import type { ProcessTargetOptions } from './process-options.ts';
import { ProcessRecords } from './process-records.ts';
import { machineProcesses, type ProcessExit, type ProcessInfo, type ProcessSystem } from './process-system.ts';
import { type StopIntent, SupervisedProcess, type Supervision } from './supervised-process.ts';
import { chooseVictims } from './victims.ts';

const tickMs = 50;
const rotateEveryMs = 2_000;
const pruneEveryMs = 60_000;
const hungGraceMs = 1_000;
const aliveIsReadyMs = 1_000;
const outputLinesKept = 20;
const outputLineLength = 500;
/** A process in the depths of the kernel does not even end by SIGKILL; closing does not wait for it. */
const closeGraceMs = 5_000;
/** So many outdated processes of a pool are replaced at the same time: a tenth, at least one. */
const renewShare = 0.1;

/**
 * For POSIX systems: process groups and signals are what it works by.
 *
 * Starts a pool's target and takes over the processes that an earlier JAEGIS left under the same data folder. Throws
 * only when the data folder cannot be written: that is a mistake of the start, not of the running fleet.
 */
export async function createProcessTarget(options: ProcessTargetOptions): Promise<ProcessTarget> {
  const target = new ProcessTarget(options);
  target.adoptEarlier();
  return target;
}

/** Runs a pool's replicas as processes of this machine. */
export class ProcessTarget implements Target {
  readonly kind: string = 'process';
  readonly pool: string;
  readonly #o: ProcessTargetOptions;
  readonly #system: ProcessSystem;
  readonly #owner: string;
  readonly #configHash: string;
  readonly #cwd: string;
  readonly #prefix: string;
  readonly #output: OutputFiles;
  readonly #records: ProcessRecords;
  readonly #supervision: Supervision;
  readonly #instances = new Map<string, SupervisedProcess>();
  readonly #outdated = new Set<SupervisedProcess>();
  readonly #cancels: (() => void)[];
  readonly #cgroups: Cgroups | undefined;
  #size: ReplicaSize;
  readonly #places = new Places();
  #order = 0;
  #isClosed = false;
  #isReleased = false;
  #startProblem = '';
  #reading: Promise<unknown> = Promise.resolve();
  #listed: readonly ProcessInfo[] = [];
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ProcessTargetOptions) {
    this.#o = options;
    this.pool = options.pool;
    this.#system = options.system ?? machineProcesses();
    this.#owner = ownerOf(options.dataDir, options.rng);
    this.#cwd = resolve(options.configDir, options.config.cwd ?? '.');
    this.#configHash = configHash(this.#childConfig());
    this.#prefix = options.limit.claimPrefix(options.pool);
    const folder = poolFileName(options.pool);
    this.#output = new OutputFiles(join(options.dataDir, 'output', folder), {
      maxBytes: options.outputBytesMax ?? 4 * 1024 * 1024,
    });
    this.#records = new ProcessRecords(join(options.dataDir, 'processes', `${folder}.json`), {
      clock: options.clock,
      writesAtOnce: !this.#system.knowsEnvironment,
      current: () => ({ owner: this.#owner, pool: this.pool, processes: this.#recordAll() }),
    });
    this.#size = options.size ?? { cpu: null, memoryBytes: null };
    this.#cgroups =
      options.size === undefined
        ? undefined
        : new Cgroups(findCgroups(options.proc ?? '/proc'), `jaegis-${this.#owner.slice(0, 8)}-${folder}`);
    this.#supervision = this.#supervise();
    this.#cancels = [
      options.clock.every(tickMs, () => this.#tick()),
      options.clock.every(rotateEveryMs, () => this.#output.rotate([...this.#instances.keys()])),
      options.clock.every(pruneEveryMs, () => this.#output.prune(new Set(this.#instances.keys()))),
    ];
  }

  /** Called once, before anything is started. */
  adoptEarlier(): void {
    const now = this.#o.clock.now();
    const ours = { owner: this.#owner, pool: this.pool, configHash: this.#configHash, now };
    const plan = planAdoption(this.#records.load(this.#owner), this.#system, ours);
    for (const leftover of plan.leftovers) this.#system.signal(leftover.pid, 'SIGKILL');
    for (const { record, isOutdated } of plan.adopt) {
      if (!this.#o.limit.claimId(record.instanceId)) {
        // Ours, but another pool now goes by its name: two of one name would be one agent to everybody else.
        this.#system.signalGroup(record.pid, 'SIGKILL');
        continue;
      }
      this.#o.limit.takeRunning();
      const instance = this.#newInstance(record.instanceId);
      instance.adopt(record, now);
      this.#places.adopt(record.instanceId, this.#system.environment(record.pid));
      this.#cgroups?.hold(record.instanceId, record.pid, this.#size);
      if (record.isDraining)
        void instance.stop('remove', {
          graceMs: this.#o.config.drain_deadline,
          reason: 'was draining when JAEGIS stopped',
        });
      else if (isOutdated) this.#outdated.add(instance);
    }
    this.#records.changed();
  }

  observe(_now: number): TargetObservation {
    let ready = 0;
    let pending = 0;
    let draining = 0;
    let broken = 0;
    const instances = [];
    for (const instance of this.#instances.values()) {
      const { state } = instance;
      if (state === 'ready') ready++;
      else if (!instance.comesBack) draining++;
      else pending++;
      if (instance.isBroken) broken++;
      instances.push({ ...instance.observe(), place: this.#places.of(instance.instanceId) });
    }
    const isBroken = broken > 0 && ready === 0 && broken === pending;
    const message = this.#isClosed
      ? 'closed'
      : this.#startProblem !== ''
        ? this.#startProblem
        : isBroken
          ? `no process of ${broken} stays up: ${instances.find(({ state }) => state === 'backoff' || state === 'failed')?.reason}`
          : this.#records.problem;
    const healthy = !this.#isClosed && this.#startProblem === '' && !isBroken;
    const limited = this.#cgroups === undefined ? {} : { sizeProblem: this.#cgroups.problem };
    return { replicas: { ready, pending, draining }, instances, healthy, message, ...limited };
  }

  async scale(desired: number, options: ScaleOptions): Promise<ScaleReceipt> {
    const wanted = Number.isFinite(desired) ? Math.max(0, Math.floor(desired)) : Number.NaN;
    const staying = [...this.#instances.values()].filter((instance) => instance.comesBack);
    const refuse = (count: number, reason: string): ScaleReceipt => ({
      ...{
        desired,
        accepted: staying.length,
        started: [],
        stopping: [],
        resumed: [],
        refused: { count, reason },
        message: reason,
      },
    });
    if (Number.isNaN(wanted)) return refuse(0, `Cannot scale ${this.pool}: desired is ${desired}, must be a number`);
    if (this.#isClosed) return refuse(Math.max(0, wanted - staying.length), `Cannot scale ${this.pool}: it is closed`);
    this.#places.follow(options);
    if (wanted < staying.length) return this.#shrink(staying, wanted, options);
    if (wanted === staying.length) this.#move(staying);
    return this.#grow(staying.length, wanted, options);
  }

  #shrink(staying: SupervisedProcess[], desired: number, options: ScaleOptions): ScaleReceipt {
    const sorted = chooseVictims(staying, staying.length, options.victims);
    const ids = sorted.map((each) => each.instanceId);
    const busy = new Set(options.busy);
    const isBusy = (id: string): boolean => busy.has(id) && this.#instances.get(id)?.state === 'ready';
    const leaving = new Set(this.#places.leaving(ids, staying.length - desired, isBusy));
    const victims = sorted.filter((each) => leaving.has(each.instanceId));
    // Those that are being restarted are draining already; they go when nobody else can.
    const rest = staying
      .filter((instance) => instance.state === 'draining')
      .slice(0, staying.length - desired - victims.length);
    const stopping = [...victims, ...rest].map((instance) => {
      void this.#stop(instance, 'remove', {
        graceMs: this.#o.config.drain_deadline,
        reason: options.reason,
        isGivenBack: true,
      });
      return instance.instanceId;
    });
    const message = `stopping ${stopping.length} of ${staying.length}`;
    return { desired, accepted: desired, started: [], stopping, resumed: [], refused: null, message };
  }

  #grow(present: number, desired: number, options: ScaleOptions): ScaleReceipt {
    const resumed = this.#takeBack(desired - present, options.reason);
    return this.#start(present + resumed.length, desired, { ...options, resumed });
  }

  /** Those whose region has too many are started anew elsewhere, a few at a time. */
  #move(staying: readonly SupervisedProcess[]): void {
    const moved = new Set(this.#places.move(staying.map((each) => each.instanceId)));
    for (const instance of staying) if (moved.has(instance.instanceId)) this.#outdated.add(instance);
  }

  /** Draining ones serve at once, new ones after their start-up: those asked last have the most left to give. */
  #takeBack(count: number, reason: string): string[] {
    const resumed: string[] = [];
    for (const instance of [...this.#instances.values()].reverse()) {
      if (resumed.length >= count) break;
      if (!instance.mayReturn || this.#o.canReturn?.(instance.instanceId) !== true) continue;
      if (instance.takeBack(reason)) resumed.push(instance.instanceId);
    }
    if (resumed.length > 0) this.#records.changed();
    return resumed;
  }

  #start(present: number, desired: number, options: ScaleOptions & { resumed: readonly string[] }): ScaleReceipt {
    const { resumed } = options;
    const started: string[] = [];
    const { limit } = this.#o;
    while (present + started.length < desired && limit.take()) {
      const instance = this.#newInstance(this.#freeId());
      this.#places.assign(instance.instanceId, this.#stayingIds());
      instance.launch(options.reason);
      started.push(instance.instanceId);
    }
    const missing = desired - present - started.length;
    const reason = `process limit is reached: ${limit.inUse} of ${limit.max} are in use over all pools, ${missing} more were wanted`;
    const back = resumed.length === 0 ? '' : `took ${resumed.length} back that were draining, `;
    const message =
      back === '' && started.length === 0 && missing === 0 ? `already ${desired}` : `${back}starting ${started.length}`;
    const refused = missing > 0 ? { count: missing, reason } : null;
    return {
      desired,
      accepted: desired - missing,
      started,
      stopping: [],
      resumed,
      refused,
      message: refused?.reason ?? message,
    };
  }

  async resize(size: ReplicaSize, _options: { readonly now: number; readonly reason: string }): Promise<ResizeReceipt> {
    const groups = this.#cgroups;
    if (groups === undefined) return { resized: 0, problem: 'control groups are not used: vertical.mode must be auto' };
    this.#size = size;
    let resized = 0;
    let problem = '';
    for (const instance of this.#instances.values()) {
      if (instance.pid === null) continue;
      if (groups.hold(instance.instanceId, instance.pid, size)) resized++;
      else problem = groups.problem;
    }
    return { resized, problem };
  }

  replace(instanceId: string, reason: string, _now: number): Promise<void> {
    return this.#startAnew(instanceId, { graceMs: hungGraceMs, reason });
  }

  restart(instanceId: string, reason: string, _now: number): Promise<void> {
    return this.#startAnew(instanceId, { graceMs: this.#o.config.drain_deadline, reason });
  }

  kill(instanceId: string, reason: string, _now: number): Promise<void> {
    return this.#startAnew(instanceId, { graceMs: 0, reason });
  }

  async stopInstance(
    instanceId: string,
    options: { readonly drain: boolean; readonly reason?: string },
  ): Promise<void> {
    const instance = this.#instances.get(instanceId);
    const graceMs = options.drain ? this.#o.config.drain_deadline : 0;
    const reason = options.reason ?? (options.drain ? 'stopped on request' : 'killed on request');
    if (instance !== undefined && !this.#isClosed) await this.#stop(instance, 'remove', { graceMs, reason });
  }

  output(instanceId: string, options: { readonly tail?: number } = {}): Promise<string[]> {
    if (plainName(instanceId) !== instanceId) return Promise.resolve([]);
    return this.#output.tail(instanceId, Math.min(options.tail ?? 200, 10_000));
  }

  pids(): ReadonlyMap<string, number> {
    const pids = new Map<string, number>();
    for (const instance of this.#instances.values())
      if (instance.pid !== null) pids.set(instance.instanceId, instance.pid);
    return pids;
  }

  async close(options: { readonly drain: boolean }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outdated.clear();
    if (options.drain) {
      const stop = { graceMs: this.#o.config.drain_deadline, reason: 'JAEGIS stops' };
      await this.#within(
        stop.graceMs + closeGraceMs,
        Promise.all([...this.#instances.values()].map((instance) => this.#stop(instance, 'remove', stop))),
      );
      for (const { info } of this.#marked()) this.#system.signal(info.pid, 'SIGKILL');
    } else {
      for (const instance of this.#instances.values()) this.#o.limit.gate.leave(instance);
    }
    for (const cancel of this.#cancels) cancel();
    if (options.drain) this.#cgroups?.close();
    await this.#records.flush();
    this.#isReleased = true;
  }

  // --- inside

  #tick(): void {
    const now = this.#o.clock.now();
    for (const instance of this.#instances.values()) if (instance.needsTicks) instance.tick(now);
    if (!this.#isClosed) this.#renewOutdated();
    this.#o.limit.gate.pump(now);
  }

  /** Replaces what no longer matches the configuration, a few at a time so that the pool goes on serving. */
  #renewOutdated(): void {
    if (this.#outdated.size === 0) return;
    const atOnce = Math.max(1, Math.floor(this.#instances.size * renewShare));
    let away = 0;
    for (const instance of this.#instances.values())
      if (instance.state !== 'ready' && !this.#outdated.has(instance)) away++;
    for (const instance of this.#outdated) {
      if (away++ >= atOnce) return;
      this.#outdated.delete(instance);
      const reason = 'command or environment was changed in the configuration';
      void this.#stop(instance, 'restart', { graceMs: this.#o.config.drain_deadline, reason });
    }
  }

  async #startAnew(instanceId: string, o: { readonly graceMs: number; readonly reason: string }): Promise<void> {
    const instance = this.#instances.get(instanceId);
    if (instance !== undefined && !this.#isClosed) await this.#stop(instance, 'restart', o);
  }

  #stop(
    instance: SupervisedProcess,
    intent: StopIntent,
    o: { readonly graceMs: number; readonly reason: string; readonly isGivenBack?: boolean },
  ): Promise<void> {
    this.#outdated.delete(instance);
    const gone = instance.stop(intent, o);
    this.#records.changed();
    return gone;
  }

  #newInstance(instanceId: string): SupervisedProcess {
    const o = { supervision: this.#supervision, configHash: this.#configHash };
    const instance = new SupervisedProcess(instanceId, this.#order++, o);
    this.#instances.set(instanceId, instance);
    return instance;
  }

  #stayingIds(): string[] {
    return [...this.#instances.values()].filter((each) => each.comesBack).map((each) => each.instanceId);
  }

  #freeId(): string {
    for (let n = 1; ; n++) {
      const instanceId = `${this.#prefix}-${n}`;
      if (this.#o.limit.claimId(instanceId)) return instanceId;
    }
  }

  #supervise(): Supervision {
    const { clock, limit, rng, isReady } = this.#o;
    return {
      system: this.#system,
      gate: limit.gate,
      rng,
      restart: this.#o.restart ?? { firstMs: 500, maxMs: 60_000 },
      stableMs: this.#o.stableMs ?? 60_000,
      startTimeoutMs: this.#o.startTimeoutMs ?? 120_000,
      now: () => clock.now(),
      spawn: (instance, onExit) => this.#spawn(instance.instanceId, onExit),
      isReady: (instance, startedAt) => {
        if (isReady === undefined) return clock.now() - startedAt >= aliveIsReadyMs;
        try {
          return isReady(instance.instanceId, startedAt);
        } catch {
          return false;
        }
      },
      emit: (kind, instance, reason) => this.#emit(kind, instance, reason),
      outputSize: (instanceId) => this.#output.size(instanceId),
      lastOutput: (instanceId, fromByte) => this.#lastOutput(instanceId, fromByte),
      members: (groupId) => this.#members(groupId),
      removed: (instance) => {
        this.#instances.delete(instance.instanceId);
        this.#outdated.delete(instance);
        this.#cgroups?.leave(instance.instanceId);
        this.#places.forget(instance.instanceId);
        limit.release();
        limit.releaseId(instance.instanceId);
        this.#records.changed();
      },
    };
  }

  #spawn(instanceId: string, onExit: (exit: ProcessExit) => void): number | undefined {
    const config = this.#childConfig();
    const place = this.#places.of(instanceId);
    const identity = { pool: this.pool, instanceId, owner: this.#owner, configHash: this.#configHash, place };
    const env = childEnvironment(config, identity);
    const request = { command: config.command, cwd: config.cwd, env, outputFile: this.#output.path(instanceId) };
    const pid = this.#system.spawn(request, (exit) => {
      if (exit.error !== undefined) this.#startProblem = `Cannot start ${instanceId}: ${exit.error}`;
      onExit(exit);
    });
    if (pid !== undefined) this.#startProblem = '';
    if (pid !== undefined) this.#cgroups?.hold(instanceId, pid, this.#size);
    return pid;
  }

  /** One file after the other: when a thousand crash together they must not take a thousand file handles. */
  #lastOutput(instanceId: string, fromByte: number): Promise<readonly string[]> {
    const read = this.#reading.then(() => this.#output.tail(instanceId, outputLinesKept, fromByte));
    this.#reading = read;
    return read.then((lines) => lines.map((line) => line.slice(0, outputLineLength)));
  }

  async #within(limitMs: number, work: Promise<unknown>): Promise<void> {
    let cancel = () => {};
    const limit = new Promise<void>((resolve) => {
      cancel = this.#o.clock.after(limitMs, resolve);
    });
    await Promise.race([work, limit]);
    cancel();
  }

  #childConfig() {
    const { config, baseEnv } = this.#o;
    return { command: config.command, env: config.env, cwd: this.#cwd, baseEnv };
  }

  /** Reads the process table only when a group may have outlived its leader, and once for all that end together. */
  #members(groupId: number): ProcessInfo[] {
    if (!this.#system.groupExists(groupId)) return [];
    const now = this.#o.clock.now();
    if (now - this.#listedAt > 10) {
      this.#listed = this.#system.list();
      this.#listedAt = now;
    }
    return this.#listed.filter((info) => {
      if (info.groupId !== groupId || info.isZombie || info.pid === groupId) return false;
      const env = this.#system.environment(info.pid);
      return env === undefined ? !this.#system.knowsEnvironment : env['JAEGIS_OWNER'] === this.#owner;
    });
  }

  #marked() {
    return markedProcesses(
      this.#system,
      (env) => env['JAEGIS_OWNER'] === this.#owner && env['JAEGIS_POOL'] === this.pool,
    );
  }

  #recordAll() {
    return [...this.#instances.values()]
      .map((instance) => instance.record(this.#system.bootId))
      .filter((record) => record !== undefined);
  }

  #emit(kind: TargetEventKind, instance: SupervisedProcess, reason: string): void {
    // Let go of: the next JAEGIS may already be writing these records.
    if (this.#isReleased) return;
    if (kind !== 'backoff') this.#records.changed();
    const { instanceId, pid } = instance;
    try {
      this.#o.onEvent?.({ kind, pool: this.pool, instanceId, pid, reason, at: this.#o.clock.now() });
    } catch {
      // Whoever listens must not be able to stop the supervision of the others.
    }
  }
}
