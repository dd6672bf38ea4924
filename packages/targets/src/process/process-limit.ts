import { createHash } from 'node:crypto';
import { StartGate } from './start-gate.ts';

/**
 * What the pools of one machine share: how many processes there may be at once, how many may start up at once, and
 * the names that are taken. One of these is made per server and given to every process target.
 */
export class ProcessLimit {
  readonly max: number;
  readonly gate: StartGate;
  readonly #instanceIds = new Set<string>();
  readonly #prefixes = new Map<string, string>();
  #inUse = 0;
  #refused = 0;

  /** `max` processes at once; `startsAtOnce` of them (default 8) may be starting up. */
  constructor(max: number, options: { readonly startsAtOnce?: number } = {}) {
    this.max = max;
    this.gate = new StartGate(options.startsAtOnce ?? 8);
  }

  /** Takes a place for one process; false when all are taken, which is counted. */
  take(): boolean {
    if (this.#inUse >= this.max) {
      this.#refused++;
      return false;
    }
    this.#inUse++;
    return true;
  }

  /** Takes a place for a process that already runs, whatever the limit says. */
  takeRunning(): void {
    this.#inUse++;
  }

  release(): void {
    this.#inUse--;
  }

  /** The short name instances of a pool are called by: `reader` for `research/reader`, the whole name when that is taken. */
  claimPrefix(pool: string): string {
    const known = [...this.#prefixes].find(([, owner]) => owner === pool);
    if (known !== undefined) return known[0];
    const whole = plainName(pool);
    const short = plainName(pool.slice(pool.lastIndexOf('/') + 1));
    const digest = createHash('sha256').update(pool).digest('hex').slice(0, 6);
    const prefix = [short, whole].find((name) => !this.#prefixes.has(name)) ?? `${whole}-${digest}`;
    this.#prefixes.set(prefix, pool);
    return prefix;
  }

  /** True when the id was free and is now taken. */
  claimId(instanceId: string): boolean {
    if (this.#instanceIds.has(instanceId)) return false;
    this.#instanceIds.add(instanceId);
    return true;
  }

  releaseId(instanceId: string): void {
    this.#instanceIds.delete(instanceId);
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Starts refused since the server started. */
  get refused(): number {
    return this.#refused;
  }
}

/** Letters, digits, dot, dash and underscore only: fit for a file name, a label and a command line. */
export function plainName(text: string): string {
  const plain = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|-+$/g, '')
    .slice(0, 80);
  return plain === '' ? 'pool' : plain;
}
