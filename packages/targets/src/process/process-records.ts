import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cancel, Clock } from '@jaegis/std';

/** What is remembered of a running process, so that a later JAEGIS can know it again. */
export interface ProcessRecord {
  readonly instanceId: string;
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
  readonly configHash: string;
  readonly startedAt: number;
  readonly readyAt: number | null;
  readonly restarts: number;
  /** It was on its way out. */
  readonly isDraining: boolean;
}

interface RecordsFile {
  readonly version: 1;
  readonly owner: string;
  readonly pool: string;
  readonly processes: readonly ProcessRecord[];
}

const writeDelayMs = 100;

/**
 * The processes of one pool, on disk: JSON, replaced whole by writing beside it and renaming. Changes are gathered for
 * a moment, because a thousand starts must not mean a thousand rewrites; a process started in that moment is found
 * again by the marker in its environment (adoption.ts). Where no environment can be read, every change is written at once.
 */
export class ProcessRecords {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #current: () => RecordsFile;
  readonly #writesAtOnce: boolean;
  #timer: Cancel | undefined;
  #writing: Promise<void> = Promise.resolve();
  #problem = '';

  constructor(
    path: string,
    options: {
      readonly clock: Clock;
      readonly writesAtOnce: boolean;
      readonly current: () => Omit<RecordsFile, 'version'>;
    },
  ) {
    this.#path = path;
    this.#clock = options.clock;
    this.#writesAtOnce = options.writesAtOnce;
    this.#current = () => ({ version: 1, ...options.current() });
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }

  /** What an earlier JAEGIS left. A file that cannot be read is set aside and named in `problem`. */
  load(owner: string): ProcessRecord[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return [];
    }
    const file = parseRecords(text);
    if (file === undefined) {
      renameSync(this.#path, `${this.#path}.damaged`);
      this.#problem = `Cannot read ${this.#path}: it is damaged, set aside as ${this.#path}.damaged`;
      return [];
    }
    return file.owner === owner ? [...file.processes] : [];
  }

  /** Notes that something changed; it is on disk a moment later. */
  changed(): void {
    if (this.#writesAtOnce) this.#writeNow();
    else this.#timer ??= this.#clock.after(writeDelayMs, () => this.flush());
  }

  /** Writes what is true now, and waits for it. */
  flush(): Promise<void> {
    this.#timer?.();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Why the last write or read failed; empty when all is well. */
  get problem(): string {
    return this.#problem;
  }

  async #write(): Promise<void> {
    try {
      await writeFile(`${this.#path}.new`, JSON.stringify(this.#current()), { mode: 0o600 });
      await rename(`${this.#path}.new`, this.#path);
      this.#problem = '';
    } catch (error) {
      this.#failed(error);
    }
  }

  #writeNow(): void {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#current()), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#problem = '';
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#problem = `Cannot write ${this.#path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** `undefined` unless every field of every record is what it must be: a wrong pid here could stop somebody else's process. */
export function parseRecords(text: string): RecordsFile | undefined {
  let file: Partial<RecordsFile> | null;
  try {
    file = JSON.parse(text) as Partial<RecordsFile> | null;
  } catch {
    return undefined;
  }
  if (typeof file !== 'object' || file === null || file.version !== 1 || !Array.isArray(file.processes))
    return undefined;
  if (typeof file.owner !== 'string' || typeof file.pool !== 'string') return undefined;
  return file.processes.every(isRecord) ? (file as RecordsFile) : undefined;
}

function isRecord(value: Partial<ProcessRecord> | null): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.instanceId === 'string' &&
    isPlainId(value.instanceId) &&
    Number.isInteger(value.pid) &&
    value.pid! > 1 &&
    typeof value.startTicks === 'number' &&
    typeof value.bootId === 'string' &&
    typeof value.configHash === 'string' &&
    typeof value.startedAt === 'number' &&
    (value.readyAt === null || typeof value.readyAt === 'number') &&
    typeof value.restarts === 'number' &&
    typeof value.isDraining === 'boolean'
  );
}

/** Instance ids become file names. */
export function isPlainId(instanceId: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,120}$/.test(instanceId);
}
