import type { ProcessExit, ProcessInfo, ProcessSystem, SpawnRequest } from '../src/process/process-system.ts';

export interface FakeProcess {
  readonly info: ProcessInfo;
  readonly env: Readonly<Record<string, string>>;
  readonly onExit: (exit: ProcessExit) => void;
}

/** An operating system that starts nothing: processes are entries in a map, and end when a test says so. */
export class FakeProcesses implements ProcessSystem {
  readonly bootId: string = 'boot-1';
  readonly looksAreCheap: boolean = true;
  knowsEnvironment = true;
  readonly running = new Map<number, FakeProcess>();
  readonly signals: string[] = [];
  readonly spawned: SpawnRequest[] = [];
  /** Set: the next starts fail with it. */
  spawnError: string | undefined;
  ignoresSigterm = false;
  /** New processes compute until told otherwise. */
  startsBusy = false;
  #nextPid = 1_000;
  #ticks = 5_000;

  spawn(request: SpawnRequest, onExit: (exit: ProcessExit) => void): number | undefined {
    const error = this.spawnError;
    if (error !== undefined) {
      queueMicrotask(() => onExit({ code: null, signal: null, error }));
      return undefined;
    }
    this.spawned.push(request);
    return this.add(request.env, { onExit });
  }

  /** A process that was there already, or a child of one when `groupId` is given. */
  add(env: Readonly<Record<string, string>>, o: { groupId?: number; onExit?: FakeProcess['onExit'] } = {}): number {
    const pid = this.#nextPid++;
    const info: ProcessInfo = {
      pid,
      parentPid: 1,
      groupId: o.groupId ?? pid,
      startTicks: this.#ticks++,
      isZombie: false,
      isSleeping: !this.startsBusy,
      cpuMs: 0,
    };
    this.running.set(pid, { info, env, onExit: o.onExit ?? (() => undefined) });
    return pid;
  }

  /** Ends a process; its parent hears of it. */
  end(pid: number, exit: ProcessExit): void {
    const found = this.running.get(pid);
    this.running.delete(pid);
    found?.onExit(exit);
  }

  signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
    const members = [...this.running.values()].filter(({ info }) => info.groupId === groupId);
    for (const { info } of members) this.signal(info.pid, signal);
    return members.length > 0;
  }

  signal(pid: number, signal: NodeJS.Signals): boolean {
    this.signals.push(`${signal} ${pid}`);
    if (!this.running.has(pid)) return false;
    if (signal === 'SIGUSR2') return true;
    if (signal === 'SIGKILL' || !this.ignoresSigterm) queueMicrotask(() => this.end(pid, { code: null, signal }));
    return true;
  }

  groupExists(groupId: number): boolean {
    return [...this.running.values()].some(({ info }) => info.groupId === groupId);
  }

  read(pid: number): ProcessInfo | undefined {
    return this.running.get(pid)?.info;
  }

  list(): ProcessInfo[] {
    return [...this.running.values()].map(({ info }) => info);
  }

  environment(pid: number): Readonly<Record<string, string>> | undefined {
    return this.knowsEnvironment ? this.running.get(pid)?.env : undefined;
  }
}
