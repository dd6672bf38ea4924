import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ProcessInfo, ProcessTable } from './process-system.ts';

/** Whether this system shows its processes under /proc. */
export function procIsThere(): boolean {
  return existsSync('/proc/self/stat') && existsSync('/proc/self/environ');
}

// USER_HZ is 100 on every Linux that Node runs on; it scales only the CPU time, never an identity.
const msPerTick = 10;

/** The machine's processes from Linux's /proc (proc(5)). A file of a process that ends meanwhile reads as absent. */
export class ProcTable implements ProcessTable {
  readonly bootId: string = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';
  readonly looksAreCheap: boolean = true;
  readonly knowsEnvironment: boolean = true;

  read(pid: number): ProcessInfo | undefined {
    const text = readText(`/proc/${pid}/stat`);
    return text === undefined ? undefined : parseStat(text);
  }

  list(): ProcessInfo[] {
    const found: ProcessInfo[] = [];
    for (const name of readdirSync('/proc')) {
      const first = name.charCodeAt(0);
      if (first < 48 || first > 57) continue;
      const info = this.read(Number(name));
      if (info !== undefined) found.push(info);
    }
    return found;
  }

  environment(pid: number): Record<string, string> | undefined {
    const text = readText(`/proc/${pid}/environ`);
    if (text === undefined) return undefined;
    const environment: Record<string, string> = {};
    for (const entry of text.split('\0')) {
      const at = entry.indexOf('=');
      if (at > 0) environment[entry.slice(0, at)] = entry.slice(at + 1);
    }
    return environment;
  }
}

/** One line of /proc/PID/stat. The name in parentheses may itself hold spaces and parentheses, so fields count from its end. */
export function parseStat(text: string): ProcessInfo | undefined {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const pid = Number.parseInt(text, 10);
  const startTicks = Number(fields[19]);
  if (end < 0 || !Number.isInteger(pid) || !Number.isFinite(startTicks)) return undefined;
  return {
    pid,
    parentPid: Number(fields[1]),
    groupId: Number(fields[2]),
    startTicks,
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
    isSleeping: fields[0] === 'S',
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
