import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { ProcTable, procIsThere } from './proc-table.ts';
import { PsTable } from './ps-table.ts';

/** One process of this machine, as the kernel tells it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  /** When it started, in the kernel's own count: with the pid it names a process for the time of one boot. */
  readonly startTicks: number;
  readonly isZombie: boolean;
  /** Waiting for something; false while it computes. */
  readonly isSleeping: boolean;
  /** CPU time used so far. */
  readonly cpuMs: number;
}

/** Reads the machine's processes. */
export interface ProcessTable {
  /** Names this boot: records of another boot name nobody. */
  readonly bootId: string;
  /** Whether a look costs microseconds (a file) or milliseconds (a program to run). */
  readonly looksAreCheap: boolean;
  /** Whether `environment` can tell anything on this system. */
  readonly knowsEnvironment: boolean;
  read(pid: number): ProcessInfo | undefined;
  list(): ProcessInfo[];
  /** The environment a process was started with; `undefined` when it is gone or not ours to read. */
  environment(pid: number): Readonly<Record<string, string>> | undefined;
}

export interface SpawnRequest {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly outputFile: string;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when the program could not be started at all. */
  readonly error?: string;
}

/** Everything the process target asks of the operating system. Tests pass one that starts nothing. */
export interface ProcessSystem extends ProcessTable {
  /** Starts a process as the leader of a group of its own. `onExit` is called once, later; without a pid it was not started. */
  spawn(request: SpawnRequest, onExit: (exit: ProcessExit) => void): number | undefined;
  /** True when the signal reached somebody. `groupId` is the leader's pid. */
  signalGroup(groupId: number, signal: NodeJS.Signals): boolean;
  signal(pid: number, signal: NodeJS.Signals): boolean;
  /** Whether the group has any member, zombies included. */
  groupExists(groupId: number): boolean;
}

/** This machine. Linux by /proc; elsewhere by `ps`, which knows no environment (see adoption.ts for what that costs). */
export function machineProcesses(): ProcessSystem {
  const table: ProcessTable = procIsThere() ? new ProcTable() : new PsTable();
  return {
    bootId: table.bootId,
    looksAreCheap: table.looksAreCheap,
    knowsEnvironment: table.knowsEnvironment,
    read: (pid) => table.read(pid),
    list: () => table.list(),
    environment: (pid) => table.environment(pid),
    spawn: spawnDetached,
    signalGroup: (groupId, signal) => send(-groupId, signal),
    signal: (pid, signal) => send(pid, signal),
    groupExists: (groupId) => send(-groupId, 0),
  };
}

function spawnDetached(request: SpawnRequest, onExit: (exit: ProcessExit) => void): number | undefined {
  const failed = (error: string) => {
    queueMicrotask(() => onExit({ code: null, signal: null, error }));
    return undefined;
  };
  // The system answers ENOENT for a missing folder as for a missing program; say which one it was.
  if (!existsSync(request.cwd)) return failed(`working folder is ${request.cwd}, must be a folder that exists`);
  const [program, ...args] = request.command;
  let output: number;
  try {
    output = openSync(request.outputFile, 'a', 0o600);
  } catch (error) {
    return failed(`cannot open its output file: ${messageOf(error)}`);
  }
  try {
    const child = spawn(program!, args, {
      cwd: request.cwd,
      env: request.env,
      // A session and group of its own: it outlives us, and its own children can be stopped with it.
      detached: true,
      stdio: ['ignore', output, output],
    });
    let ended = false;
    const end = (exit: ProcessExit) => {
      if (!ended) onExit(exit);
      ended = true;
    };
    child.on('error', (error) => end({ code: null, signal: null, error: messageOf(error) }));
    child.on('exit', (code, signal) => end({ code, signal }));
    child.unref();
    return child.pid;
  } catch (error) {
    return failed(messageOf(error));
  } finally {
    closeSync(output);
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
