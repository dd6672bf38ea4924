import { execFileSync } from 'node:child_process';
import type { ProcessInfo, ProcessTable } from './process-system.ts';

/**
 * The machine's processes by `ps`, for systems without /proc (macOS, the BSDs). Start times are whole seconds and no
 * environment can be read, so identity rests on pid and start second, and processes that were never recorded stay
 * unknown. Each look runs `ps` once: fine once a second, bad for more.
 */
export class PsTable implements ProcessTable {
  readonly bootId: string = 'ps';
  readonly looksAreCheap: boolean = false;
  readonly knowsEnvironment: boolean = false;

  read(pid: number): ProcessInfo | undefined {
    return run(['-p', String(pid)])[0];
  }

  list(): ProcessInfo[] {
    return run(['-A']);
  }

  environment(): undefined {
    return undefined;
  }
}

function run(which: string[]): ProcessInfo[] {
  try {
    const text = execFileSync('ps', [...which, '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5_000,
    });
    return text
      .split('\n')
      .map(parsePsLine)
      .filter((info) => info !== undefined);
  } catch {
    return [];
  }
}

/** `  123     1   123 Ss   Mon Nov 23 18:42:00 2026`. */
export function parsePsLine(line: string): ProcessInfo | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*\d{4})\s*$/.exec(line);
  if (match === null) return undefined;
  const [, pid, parentPid, groupId, state, started] = match;
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    startTicks: Date.parse(`${started} UTC`),
    isZombie: state!.startsWith('Z'),
    isSleeping: /^[SI]/.test(state!),
    cpuMs: 0,
  };
}
