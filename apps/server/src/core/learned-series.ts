/**
 * What detection has learned of received series, in one file (the bytes: analytics, watch-snapshot.ts). Written a part at a time
 * with turns for others between them, under another name until it is whole; read the same way. A kill costs what was learned
 * since the last time, a damaged part costs its series' learning and is said.
 */
import { readParts, type SeriesWatch } from '@jaegis/analytics';
import type { StorageDirectory } from '@jaegis/tsdb';

const fileName = 'received-series';
const unfinishedName = 'received-series.writing';
/** Small ones are kept each minute; 500,000 series, some 145 MB, each ten. */
const leastEveryMs = 60_000;
const bytesPerSecond = 256 * 1024;

export interface TakenBack {
  readonly series: number;
  /** In words; empty when all is well. */
  readonly damages: readonly string[];
}

export class LearnedSeries {
  readonly #directory: StorageDirectory;
  readonly #breathe: () => Promise<void>;
  #nextAt = 0;
  #saving: Promise<void> | undefined;

  constructor(directory: StorageDirectory, breathe: () => Promise<void> = async () => {}) {
    this.#directory = directory;
    this.#breathe = breathe;
  }

  /** Keeps it when it is time, in the background; resolves when that is done. Rejects when the disk fails. */
  async keep(watch: SeriesWatch, now: number): Promise<void> {
    if (now < this.#nextAt || this.#saving !== undefined) return;
    await this.save(watch, now);
  }

  /** Keeps it now, after what is being written. */
  async save(watch: SeriesWatch, now: number): Promise<void> {
    await this.#saving?.catch(() => {});
    this.#saving = this.#write(watch, now);
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
    }
  }

  /** Gives the watch what was kept last. */
  async takeBack(watch: SeriesWatch, now: number): Promise<TakenBack> {
    const names = await this.#directory.list();
    if (names.includes(unfinishedName)) await this.#directory.remove(unfinishedName);
    if (!names.includes(fileName)) return { series: 0, damages: [] };
    const file = await this.#directory.openRead(fileName);
    const damages: string[] = [];
    let series = 0;
    try {
      for (const each of readParts((offset, length) => file.read(offset, length), file.size)) {
        const taken = 'damage' in each ? 0 : watch.restore(each.part, now);
        if ('damage' in each) damages.push(each.damage);
        else if (taken === -1) damages.push('a part holds what another version has learned, or is damaged');
        else series += taken;
        await this.#breathe();
      }
    } finally {
      file.close();
    }
    return { series, damages };
  }

  async #write(watch: SeriesWatch, now: number): Promise<void> {
    let written = 0;
    this.#nextAt = now + leastEveryMs;
    if ((await this.#directory.list()).includes(unfinishedName)) await this.#directory.remove(unfinishedName);
    const file = await this.#directory.openAppend(unfinishedName);
    try {
      for (const part of watch.snapshot(now)) {
        await file.append(part);
        written += part.length;
        await this.#breathe();
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#directory.rename(unfinishedName, fileName);
    this.#nextAt = now + Math.max(leastEveryMs, (written / bytesPerSecond) * 1_000);
  }
}
