/**
 * Deletions that are not carried out yet: series that fit all matchers have no samples in [from, to]. They are looked at
 * when samples are read and when blocks are written; `clean` of the store rewrites what they touch and then forgets them.
 * What comes after the deletion with a time in its range is hidden too: a deletion reaches to the moment it was made.
 *
 * File `tombstones.log`: records as in the log (wal/record-writer.ts) of type deletion, one each:
 *   from, to (f64), number of matchers (varint), for each name, operator, value (length as varint, UTF-8).
 */
import type { Labels, Matcher } from '@jaegis/model';
import type { ByteReader } from '../byte-stream.ts';
import type { Samples } from '../select/join-samples.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { readRecords } from '../wal/record-reader.ts';
import { RecordWriter } from '../wal/record-writer.ts';
import { type Deletion, deletionOf, type Tombstone, withoutDeleted } from './deletion.ts';

export const tombstonesFile = 'tombstones.log';
/** More are refused until they are cleaned: each is asked for every series that is read. */
const maxTombstones = 1_000;
const operators: readonly Matcher['op'][] = ['=', '!=', '=~', '!~'];

export class Tombstones {
  readonly #directory: StorageDirectory;
  #entries: Deletion[] = [];

  /** Reads the file. What is damaged is told to `onDamage`; the deletion is lost, no data are. */
  static async open(directory: StorageDirectory, onDamage: (message: string) => void): Promise<Tombstones> {
    const tombstones = new Tombstones(directory);
    if (!(await directory.list()).includes(tombstonesFile)) return tombstones;
    try {
      const damages = readRecords(await directory.read(tombstonesFile), (type, payload) => {
        if (type === 'deletion') tombstones.#push(readTombstone(payload));
      });
      for (const { at } of damages) onDamage(`${tombstonesFile}: a deletion at ${at} is damaged and was skipped`);
    } catch (error) {
      onDamage(`Cannot read ${tombstonesFile}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return tombstones;
  }

  private constructor(directory: StorageDirectory) {
    this.#directory = directory;
  }

  get size(): number {
    return this.#entries.length;
  }

  get isFull(): boolean {
    return this.#entries.length >= maxTombstones;
  }

  /** Keeps a deletion; settles when it is on the disk. Throws `InvalidMatcherError`. */
  async add(tombstone: Tombstone): Promise<void> {
    this.#push(tombstone);
    try {
      await this.#save();
    } catch (error) {
      this.#entries.pop();
      throw error;
    }
  }

  /** Forgets those that `list` gave earlier. */
  async forget(done: readonly Tombstone[]): Promise<void> {
    const gone = new Set(done);
    this.#entries = this.#entries.filter(({ tombstone }) => !gone.has(tombstone));
    await this.#save();
  }

  get list(): readonly Tombstone[] {
    return this.#entries.map(({ tombstone }) => tombstone);
  }

  /** The samples without those that were deleted. */
  apply(labels: Labels, samples: Samples): Samples {
    return withoutDeleted(this.#entries, labels, samples);
  }

  #push(tombstone: Tombstone): void {
    this.#entries.push(deletionOf(tombstone));
  }

  async #save(): Promise<void> {
    const out = new RecordWriter();
    for (const { tombstone } of this.#entries) {
      out.begin('deletion');
      out.f64(tombstone.from);
      out.f64(tombstone.to);
      out.varint(tombstone.matchers.length);
      for (const { name, op, value } of tombstone.matchers) {
        out.text(name);
        out.varint(operators.indexOf(op));
        out.text(value);
      }
      out.end();
    }
    await this.#directory.write(tombstonesFile, out.view().slice());
  }
}

function readTombstone(payload: ByteReader): Tombstone {
  const from = payload.f64();
  const to = payload.f64();
  const matchers: Matcher[] = [];
  for (let left = payload.varint(); left > 0; left--) {
    const name = payload.text();
    const op = operators[payload.varint()];
    if (op === undefined) throw new RangeError('no such operator');
    matchers.push({ name, op, value: payload.text() });
  }
  return { matchers, from, to };
}
