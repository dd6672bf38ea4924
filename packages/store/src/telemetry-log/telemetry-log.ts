/**
 * Logs and spans, kept for a while: files `telemetry-00000001.log`, ... of checksummed frames (frame.ts). When all of
 * them together pass the bound, the oldest file goes. A search walks the frames from the newest to the oldest and reads
 * only those whose head says that they may hold what is asked for. Good for "what did this agent just say" and "show
 * me this trace"; bad at full text over days, for which a later engine is meant.
 */
import type { LogRecord, Span } from '@jaegis/model';
import type { AppendFile, StorageDirectory } from '@jaegis/tsdb';
import { openDirectory } from '../files/open-directory.ts';
import { encodeFrame, type Frame, type FrameKind, type FrameRecord, readFrames } from './frame.ts';

export interface TelemetryLogOptions {
  /** Bound on all files together. Default 256 MiB. */
  readonly maxBytes?: number;
  /** A new file is begun at this size. Default an eighth of the bound, at most 16 MiB. */
  readonly segmentBytes?: number;
}

export interface LogQuery {
  readonly instanceId?: string | undefined;
  readonly pool?: string | undefined;
  readonly traceId?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Part of the body, upper and lower case alike. */
  readonly search?: string | undefined;
  /** 1..10,000. */
  readonly limit: number;
}

export interface SpanQuery {
  readonly traceId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly pool?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
}

export interface TelemetryLogStats {
  readonly segments: number;
  readonly bytesOnDisk: number;
  readonly appendedLogs: number;
  readonly appendedSpans: number;
  /** Records that found no room in the queue or on the disk. */
  readonly dropped: number;
  /** Damaged stretches met while reading. */
  readonly damaged: number;
  /** The last failure of the disk, empty while it works. */
  readonly error: string;
}

export interface TelemetryLog {
  /** Settles when the records are in the file (they survive `kill -9`) or dropped, which is counted. Never rejects. */
  appendLogs(records: readonly LogRecord[]): Promise<void>;
  appendSpans(spans: readonly Span[]): Promise<void>;
  /** Newest first. */
  logs(query: LogQuery): Promise<LogRecord[]>;
  /** Newest first, by start. */
  spans(query: SpanQuery): Promise<Span[]>;
  stats(): TelemetryLogStats;
  close(): Promise<void>;
}

interface Segment {
  readonly name: string;
  size: number;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly records: number;
  readonly settle: () => void;
}

/** Opens the log in a folder (a path, or a `StorageDirectory`). */
export async function openTelemetryLog(
  folder: string | StorageDirectory,
  options: TelemetryLogOptions = {},
): Promise<TelemetryLog> {
  const directory = typeof folder === 'string' ? await openDirectory(folder) : folder;
  const names = (await directory.list()).filter((name) => segmentNumber(name) !== undefined).sort();
  const segments: Segment[] = [];
  for (const name of names) segments.push({ name, size: await directory.size(name) });
  return new SegmentedLog(directory, segments, options);
}

function segmentName(number: number): string {
  return `telemetry-${String(number).padStart(8, '0')}.log`;
}

function segmentNumber(name: string): number | undefined {
  const match = /^telemetry-(\d{8,})\.log$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** What may wait for the disk. */
const maxWaitingBytes = 32 * 2 ** 20;
/** Records in one frame: less to lose with it, and its filter stays sharp. */
const recordsPerFrame = 64;
const maxBodyLength = 64 * 1024;
const maxLimit = 10_000;

class SegmentedLog implements TelemetryLog {
  readonly #directory: StorageDirectory;
  readonly #segments: Segment[];
  readonly #maxBytes: number;
  readonly #segmentBytes: number;
  #file: AppendFile | undefined;
  #current: Segment | undefined;
  #nextNumber: number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  /** The frames of the file that was read last, as long as it has not grown. */
  #cached: { name: string; size: number; frames: Frame[] } | undefined;
  #isClosed = false;
  #appendedLogs = 0;
  #appendedSpans = 0;
  #dropped = 0;
  #damaged = 0;
  #error = '';

  constructor(directory: StorageDirectory, segments: Segment[], options: TelemetryLogOptions) {
    this.#directory = directory;
    this.#segments = segments;
    this.#maxBytes = options.maxBytes ?? 256 * 2 ** 20;
    this.#segmentBytes = options.segmentBytes ?? Math.min(16 * 2 ** 20, Math.ceil(this.#maxBytes / 8));
    this.#nextNumber = (segmentNumber(segments.at(-1)?.name ?? '') ?? 0) + 1;
  }

  async appendLogs(records: readonly LogRecord[]): Promise<void> {
    this.#appendedLogs += records.length;
    await this.#append(
      'logs',
      records.map((record) => ({
        at: record.at,
        keys: [record.instanceId, record.pool, record.traceId],
        json: JSON.stringify(
          record.body.length > maxBodyLength ? { ...record, body: record.body.slice(0, maxBodyLength) } : record,
        ),
      })),
    );
  }

  async appendSpans(spans: readonly Span[]): Promise<void> {
    this.#appendedSpans += spans.length;
    await this.#append(
      'spans',
      spans.map((span) => ({
        at: span.startMs,
        keys: [span.instanceId, span.pool, span.traceId],
        json: JSON.stringify(span),
      })),
    );
  }

  async #append(kind: FrameKind, records: readonly FrameRecord[]): Promise<void> {
    const settled: Promise<void>[] = [];
    for (let from = 0; from < records.length; from += recordsPerFrame) {
      const some = records.slice(from, from + recordsPerFrame);
      if (this.#isClosed || this.#waitingBytes > maxWaitingBytes) {
        this.#dropped += some.length;
        continue;
      }
      const frame = encodeFrame(kind, some);
      this.#waitingBytes += frame.length;
      settled.push(
        new Promise((settle) => {
          this.#waiting.push({ frame, records: some.length, settle });
        }),
      );
    }
    if (settled.length > 0) this.#running ??= this.#writeAll();
    await Promise.all(settled);
  }

  /** Writes what waits, all of it at once, until nothing does. */
  async #writeAll(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        await this.#write(concat(group.map((each) => each.frame)));
        this.#error = '';
      } catch (error) {
        this.#error = error instanceof Error ? error.message : String(error);
        for (const each of group) this.#dropped += each.records;
      }
      for (const each of group) each.settle();
    }
    this.#running = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#file === undefined) {
      const segment = { name: segmentName(this.#nextNumber), size: 0 };
      this.#file = await this.#directory.openAppend(segment.name);
      this.#nextNumber++;
      this.#current = segment;
      this.#segments.push(segment);
    }
    try {
      await this.#file.append(bytes);
    } catch (error) {
      // What it left behind is damage to a reader, and nothing is written behind it.
      await this.#endSegment();
      throw error;
    }
    this.#current!.size += bytes.length;
    if (this.#current!.size >= this.#segmentBytes) await this.#endSegment();
    await this.#bound();
  }

  async #endSegment(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#current = undefined;
    try {
      await file?.sync();
    } finally {
      await file?.close();
    }
  }

  /** Removes the oldest files until the rest is within the bound; the one being written stays. */
  async #bound(): Promise<void> {
    while (this.#bytesOnDisk() > this.#maxBytes && this.#segments.length > 0 && this.#segments[0] !== this.#current) {
      const oldest = this.#segments.shift()!;
      if (this.#cached?.name === oldest.name) this.#cached = undefined;
      await this.#directory.remove(oldest.name);
    }
  }

  #bytesOnDisk(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  logs(query: LogQuery): Promise<LogRecord[]> {
    const search = query.search?.toLowerCase();
    return this.#search<LogRecord>('logs', query, {
      atOf: (record) => record.at,
      fits: (record) => search === undefined || record.body.toLowerCase().includes(search),
    });
  }

  spans(query: SpanQuery): Promise<Span[]> {
    return this.#search<Span>('spans', query, { atOf: (span) => span.startMs, fits: () => true });
  }

  async #search<T extends { instanceId: string; pool: string; traceId: string }>(
    kind: FrameKind,
    query: SpanQuery,
    how: { atOf: (record: T) => number; fits: (record: T) => boolean },
  ): Promise<T[]> {
    const { instanceId, pool, traceId, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
    const limit = Math.max(1, Math.min(maxLimit, Math.floor(query.limit) || 1));
    const keys = [instanceId, pool, traceId].filter((key) => key !== undefined);
    const fits = (record: T): boolean =>
      (instanceId === undefined || record.instanceId === instanceId) &&
      (pool === undefined || record.pool === pool) &&
      (traceId === undefined || record.traceId === traceId) &&
      how.atOf(record) >= from &&
      how.atOf(record) <= to &&
      how.fits(record);
    let found: T[] = [];
    for (const segment of [...this.#segments].reverse()) {
      for (const frame of (await this.#framesOf(segment)).toReversed()) {
        if (frame.kind !== kind || frame.to < from || frame.from > to || !keys.every((key) => frame.mayHold(key)))
          continue;
        // Records come nearly in the order of their times; only a frame that reaches past the last one kept adds any.
        if (found.length >= limit && frame.to <= how.atOf(found[limit - 1]!)) continue;
        const records = frame.records();
        if (records === undefined) this.#damaged++;
        else found.push(...(records as T[]).filter(fits));
        if (found.length >= limit) found = found.sort((a, b) => how.atOf(b) - how.atOf(a)).slice(0, limit);
      }
      if (found.length >= limit) break;
    }
    return found.sort((a, b) => how.atOf(b) - how.atOf(a));
  }

  async #framesOf(segment: Segment): Promise<Frame[]> {
    const cached = this.#cached;
    if (cached !== undefined && cached.name === segment.name && cached.size === segment.size) return cached.frames;
    let bytes: Uint8Array;
    try {
      bytes = (await this.#directory.read(segment.name)).subarray(0, segment.size);
    } catch {
      // It was removed meanwhile, or cannot be read: the rest can.
      this.#damaged++;
      return [];
    }
    const { frames, damaged } = readFrames(bytes);
    this.#damaged += damaged;
    this.#cached = { name: segment.name, size: segment.size, frames };
    return frames;
  }

  stats(): TelemetryLogStats {
    return {
      segments: this.#segments.length,
      bytesOnDisk: this.#bytesOnDisk(),
      appendedLogs: this.#appendedLogs,
      appendedSpans: this.#appendedSpans,
      dropped: this.#dropped,
      damaged: this.#damaged,
      error: this.#error,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    await this.#endSegment();
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
