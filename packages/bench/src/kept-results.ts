import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Results of a long suite, kept on disk as they come: a suite that was interrupted goes on where it was. The hash of the
 * program that gave them is part of the file's name, so that another program begins anew.
 */
export class KeptResults<R> {
  readonly #file: string;
  readonly #kept = new Map<string, R>();

  /** `file`: where they are kept, without the program's hash; `program`: the file that is hashed. */
  constructor(file: string, program: string) {
    const hash = createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 16);
    this.#file = `${file}.${hash}.ndjson`;
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      // The last line may have been cut off.
      if (!line.endsWith('}')) continue;
      const { key, result } = JSON.parse(line) as { key: string; result: R };
      this.#kept.set(key, result);
    }
  }

  get(key: string): R | undefined {
    return this.#kept.get(key);
  }

  set(key: string, result: R): void {
    this.#kept.set(key, result);
    appendFileSync(this.#file, `${JSON.stringify({ key, result })}\n`);
  }
}
