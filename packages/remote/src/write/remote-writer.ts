/**
 * Sends the spool to one endpoint. It reads records in their order, gives each sample to the lane of its series, and
 * moves its cursor over the records whose samples are all done. The cursor is on disk: after `kill -9` it begins at the
 * first record that was not wholly done, so nothing is lost and little is sent twice. At least once, in order per series.
 */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import type { Exemplar, Labels } from '@jaegis/model';
import type { Clock, Rng } from '@jaegis/std';
import type { Spool } from '../spool/spool.ts';
import { type SpooledRecord, type SpoolPosition, SpoolReader } from '../spool/spool-reader.ts';
import { RequestEncoder } from './encode-request.ts';
import { ExemplarRoom } from './exemplar-room.ts';
import type { Poster } from './http-poster.ts';
import { MessageChoice, type MessageSetting } from './message-choice.ts';
import { type MetadataOf, MetricFamilies } from './metric-families.ts';
import { type MessageVersion, type OutgoingSeries, outgoingSeries, SymbolBook } from './outgoing.ts';
import { type Endpoint, postSamples } from './post.ts';
import type { Batch, OutgoingSample, SampleColumns } from './sample-columns.ts';
import { Shard } from './shard.ts';

export interface RemoteWriterOptions extends Endpoint {
  readonly name: string;
  /** Where it remembers how far it is. */
  readonly cursorPath: string;
  /** Which remote-write message it gets; `auto` finds out. */
  readonly message: MessageSetting;
  readonly shards: number;
  readonly maxSamplesPerSend: number;
  readonly batchDeadlineMs: number;
  readonly capacity: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Samples older than this are left out; 0 sends whatever its age. */
  readonly sampleAgeLimitMs: number;
  /** Which series go there. */
  readonly wants: (labels: Labels) => boolean;
  /** Added where a series has no such label. */
  readonly externalLabels: Labels;
  /** How often it is told what metrics are (1.0), and what is known of them is looked up again; 0 tells nothing. */
  readonly metadataEveryMs: number;
  readonly sendExemplars: boolean;
}

export interface RemoteWriterTools {
  readonly spool: Spool;
  readonly poster: Poster;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly userAgent: string;
  /** Undefined where nobody knows. */
  readonly metadataOf?: MetadataOf;
}

export interface RemoteWriterStats {
  readonly name: string;
  readonly url: string;
  /** The remote-write message in use. */
  readonly version: MessageVersion;
  readonly sent: number;
  readonly sentExemplars: number;
  /** Descriptions of metrics, told again and again. Those within requests of 2.0 are not counted. */
  readonly sentMetadata: number;
  readonly retries: number;
  /** Samples that will not arrive: `refused` by the other side, `too_old`, `spool_full`, `damaged` (records). */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Read from the spool and not done. */
  readonly pending: number;
  /** Age of the newest sample in the oldest record that is not wholly done; 0 when all is done. */
  readonly lagMs: number;
  readonly lastSentAt: number | null;
  /** The newest error, empty once something was taken again. */
  readonly error: string;
}

/** What was sent since the cursor was written is sent twice after a crash: little, but not a write for each request. */
const cursorPauseMs = 50;
/** As Prometheus sends them. */
const metricsPerRequest = 500;

export type DropReason = 'refused' | 'too_old' | 'spool_full' | 'damaged';

const nobody = outgoingSeries([], { metadata: undefined }, 0);

/** Samples of one record. */
interface RecordBatch extends Batch {
  readonly end: SpoolPosition;
  /** Time of its newest sample. */
  newestAt: number;
}

export class RemoteWriter {
  readonly #o: RemoteWriterOptions;
  readonly #tools: RemoteWriterTools;
  readonly #message: MessageChoice;
  readonly #shards: Shard[];
  readonly #reader: SpoolReader;
  readonly #series = new WeakMap<Labels, OutgoingSeries | false>();
  /** The same by number, for the segment that is being read. */
  #numbered: { by: readonly Labels[]; known: (OutgoingSeries | false)[] } = { by: [], known: [] };
  readonly #symbols = new SymbolBook();
  readonly #families: MetricFamilies;
  readonly #exemplars = new ExemplarRoom();
  readonly #abort = new AbortController();
  #stopTelling: () => void = () => {};
  #telling: Promise<void> | undefined;
  readonly #batches: RecordBatch[] = [];
  readonly #cursorFile: FileHandle;
  readonly #dropped: Record<DropReason, number> = { refused: 0, too_old: 0, spool_full: 0, damaged: 0 };
  readonly #stopListening: readonly (() => void)[];
  #cursor: SpoolPosition;
  #saving: Promise<void> | undefined;
  #isClosed = false;
  #wake: () => void = () => {};
  #hasNews = false;
  #sent = 0;
  #sentExemplars = 0;
  #sentMetadata = 0;
  #retries = 0;
  #lastSentAt: number | null = null;
  #error = '';
  readonly #pump: Promise<void>;

  /** Begins where it was, or, without a cursor, with what comes from now on. */
  static async open(options: RemoteWriterOptions, tools: RemoteWriterTools): Promise<RemoteWriter> {
    const known = await readCursor(options.cursorPath);
    const cursor = known ?? tools.spool.end();
    // At once: what is spooled before the first answer must not be "before the beginning" after a crash.
    if (known === undefined) await writeFile(options.cursorPath, cursorText(cursor), { mode: 0o600 });
    const file = await open(options.cursorPath, 'r+');
    return new RemoteWriter(options, tools, { cursor, file });
  }

  private constructor(
    options: RemoteWriterOptions,
    tools: RemoteWriterTools,
    at: { cursor: SpoolPosition; file: FileHandle },
  ) {
    this.#o = options;
    this.#tools = tools;
    this.#cursor = at.cursor;
    this.#cursorFile = at.file;
    this.#reader = new SpoolReader(tools.spool, at.cursor);
    const metadataOf = options.metadataEveryMs > 0 ? tools.metadataOf : undefined;
    this.#families = new MetricFamilies(metadataOf ?? (() => undefined), this.#symbols);
    const message = new MessageChoice(options.message);
    this.#message = message;
    const report = {
      sent: (samples: SampleColumns) => {
        this.#sent += samples.length;
        for (const exemplars of samples.exemplars) if (exemplars !== undefined) this.#sentExemplars += exemplars.length;
        this.#error = '';
        this.#lastSentAt = tools.clock.now();
        this.#done(samples);
      },
      refused: (samples: SampleColumns, error: string) => {
        this.#dropped.refused += samples.length;
        this.#error = error;
        this.#done(samples);
      },
      retrying: (error: string) => {
        this.#retries++;
        this.#error = error;
      },
    };
    this.#shards = Array.from(
      { length: options.shards },
      () => new Shard({ ...options, endpoint: options, message, tools, report }),
    );
    this.#stopListening = [
      tools.spool.onWritten(() => {
        this.#hasNews = true;
        this.#wake();
      }),
      tools.spool.onEvict(async (segment) => {
        if (this.#reader.position.segment <= segment) this.#dropped.spool_full += await this.#reader.countRest();
      }),
    ];
    this.#pump = this.#run();
    if (options.metadataEveryMs > 0) this.#tellLater();
  }

  /** Exemplars of series whose samples went, or go, through the spool: each leaves with the next sample of its series. */
  exemplars(exemplars: readonly Exemplar[]): void {
    if (!this.#o.sendExemplars) return;
    const now = this.#tools.clock.now();
    for (const { ref, at, value, labels } of exemplars) {
      const series = this.#tools.spool.labelsOf(ref);
      if (series !== undefined)
        this.#exemplars.add(series, { symbols: this.#symbols.of(labels), timestamp: at, value }, now);
    }
  }

  #tellLater(): void {
    this.#stopTelling = this.#tools.clock.after(this.#o.metadataEveryMs, () => {
      this.#telling = this.#tellMetadata().finally(() => {
        if (!this.#isClosed) this.#tellLater();
      });
    });
  }

  /** 1.0 says what metrics are in requests without samples. One that is not taken is not tried again: the next turn comes. */
  async #tellMetadata(): Promise<void> {
    const known = this.#families.refresh();
    const encoder = new RequestEncoder();
    for (let from = 0; from < known.length && !this.#isClosed; from += metricsPerRequest) {
      if (this.#message.version(this.#tools.clock.now()) === '2.0') return;
      const part = known.slice(from, from + metricsPerRequest);
      const o = { version: '1.0', tools: this.#tools, signal: this.#abort.signal } as const;
      const result = await postSamples(encoder.encodeMetadata(part), this.#o, o);
      if (result.kind !== 'taken') return;
      this.#sentMetadata += part.length;
    }
  }

  /** The first segment that it still needs. */
  get needs(): number {
    return this.#cursor.segment;
  }

  stats(): RemoteWriterStats {
    const oldest = this.#batches.find((batch) => batch.remaining > 0);
    return {
      name: this.#o.name,
      url: this.#o.url,
      version: this.#message.version(this.#tools.clock.now()),
      sent: this.#sent,
      sentExemplars: this.#sentExemplars,
      sentMetadata: this.#sentMetadata,
      retries: this.#retries,
      dropped: { ...this.#dropped, damaged: this.#reader.damaged },
      pending: this.#shards.reduce((sum, shard) => sum + shard.pending, 0),
      lagMs: oldest === undefined ? 0 : Math.max(0, this.#tools.clock.now() - oldest.newestAt),
      lastSentAt: this.#lastSentAt,
      error: this.#error,
    };
  }

  /** Stops; what is not done is sent after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stopListening) stop();
    this.#stopTelling();
    this.#abort.abort();
    this.#wake();
    await Promise.all(this.#shards.map((shard) => shard.close()));
    await this.#pump;
    await this.#telling;
    while (this.#saving !== undefined) await this.#saving;
    await this.#reader.close();
    await this.#cursorFile.close();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#hasNews = false;
      const record = await this.#reader.next().catch((error: unknown) => {
        this.#error = `Cannot read the spool: ${String(error)}`;
        return undefined;
      });
      if (record !== undefined) await this.#take(record);
      else if (!this.#hasNews && !this.#isClosed)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  async #take(record: SpooledRecord): Promise<void> {
    const { samples } = record;
    if (this.#numbered.by !== record.series) this.#numbered = { by: record.series, known: [] };
    const { known } = this.#numbered;
    while (known.length < record.series.length) known.push(this.#outgoing(record.series[known.length]!));
    const now = this.#tools.clock.now();
    const oldest = this.#o.sampleAgeLimitMs === 0 ? Number.NEGATIVE_INFINITY : now - this.#o.sampleAgeLimitMs;
    const batch: RecordBatch = { remaining: 1, end: record.end, newestAt: Number.NEGATIVE_INFINITY };
    this.#batches.push(batch);
    for (let next = 0; next < samples.length && !this.#isClosed; ) {
      const share = this.#share(record, { batch, from: next, oldest });
      next = share.next;
      await share.full?.room();
    }
    if (this.#isClosed) return;
    batch.remaining--;
    this.#advance();
  }

  /** Gives samples to their lanes, until one of these is full. */
  #share(
    { samples, series: all }: SpooledRecord,
    { batch, from, oldest }: { batch: RecordBatch; from: number; oldest: number },
  ): { readonly next: number; readonly full?: Shard } {
    const { known } = this.#numbered;
    // One for all: lanes copy what they take.
    const sample: OutgoingSample = { series: nobody, timestamp: Number.NaN, value: Number.NaN, exemplars: undefined };
    for (let i = from; i < samples.length; i++) {
      const number = samples.series[i]!;
      const series = known[number]!;
      if (series === false) continue;
      const timestamp = samples.timestamps[i]!;
      batch.newestAt = Math.max(batch.newestAt, timestamp);
      if (timestamp < oldest) {
        this.#dropped.too_old++;
        continue;
      }
      const shard = this.#shards[series.shard]!;
      if (shard.isFull) return { next: i, full: shard };
      sample.series = series;
      sample.timestamp = timestamp;
      sample.value = samples.values[i]!;
      sample.exemplars = this.#exemplars.take(all[number]!);
      shard.push(sample, batch);
      batch.remaining++;
    }
    return { next: samples.length };
  }

  #outgoing(labels: Labels): OutgoingSeries | false {
    let known = this.#series.get(labels);
    if (known === undefined) {
      known =
        this.#o.wants(labels) &&
        outgoingSeries(
          this.#symbols.of({ ...this.#o.externalLabels, ...labels }),
          this.#families.of(labels['__name__'] ?? ''),
          shardOf(labels, this.#o.shards),
        );
      this.#series.set(labels, known);
    }
    return known;
  }

  #done(samples: SampleColumns): void {
    for (const batch of samples.batches) batch.remaining--;
    this.#advance();
  }

  #advance(): void {
    let passed = 0;
    while (this.#batches[passed]?.remaining === 0) passed++;
    if (passed === 0) return;
    this.#cursor = this.#batches[passed - 1]!.end;
    this.#batches.splice(0, passed);
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
  }

  /** Writes the cursor, and again while it moves: one small write at a time, with a pause behind it. */
  async #save(): Promise<void> {
    for (let written: SpoolPosition | undefined; written !== this.#cursor; ) {
      written = this.#cursor;
      try {
        await this.#cursorFile.write(cursorText(written), 0);
      } catch (error) {
        this.#error = `Cannot write ${this.#o.cursorPath}: ${String(error)}`;
      }
      await this.#pauseCursor();
    }
  }

  /** Ends early when it is closed. */
  #pauseCursor(): Promise<void> {
    const { signal } = this.#abort;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#tools.clock.after(cursorPauseMs, () => done());
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** Fixed length, so that each write covers the one before it wholly. */
function cursorText({ segment, offset }: SpoolPosition): string {
  return `${JSON.stringify({ segment, offset })}`.padEnd(63, ' ').concat('\n');
}

async function readCursor(path: string): Promise<SpoolPosition | undefined> {
  try {
    const { segment, offset } = JSON.parse(await readFile(path, 'utf8')) as SpoolPosition;
    return Number.isInteger(segment) && Number.isInteger(offset) ? { segment, offset } : undefined;
  } catch {
    return undefined;
  }
}

/** The same lane for a series as long as the number of lanes stays, in whatever order its labels are. */
function shardOf(labels: Labels, shards: number): number {
  let sum = 0;
  for (const name in labels) sum = (sum + fnv(fnv(0x811c9dc5, name), labels[name]!)) >>> 0;
  // Sums of neighbours differ in their low bits alone: mixed, they spread over the lanes.
  return (Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 8) % shards;
}

/** FNV-1a, carried on; the end of the text counts, so that `a`+`bc` is not `ab`+`c`. */
function fnv(from: number, text: string): number {
  let hash = from;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ 0xffff, 0x01000193) >>> 0;
}
