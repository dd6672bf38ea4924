import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  JaegisConfig,
  Labels,
  Matcher,
  RemoteWriteConfig,
  SampleBatch,
  SeriesRef,
  ServerOptions,
} from '@jaegis/model';
import { parseSelector } from '@jaegis/promql';
import { HttpPoster, type MetadataOf, RemoteWriter, Spool } from '@jaegis/remote';
import { type Clock, compileLinearRegex, type Rng } from '@jaegis/std';
import type { RemoteWrites } from './core/remote-writes.ts';

export interface RemoteWriteSetup {
  readonly config: Pick<JaegisConfig, 'remoteWrite' | 'external_labels'>;
  readonly options: ServerOptions;
  readonly dataDir: string;
  readonly version: string;
  readonly clock: Clock;
  readonly rng: Rng;
}

export interface RunningRemoteWrite extends RemoteWrites {
  /** Keeps the batch for every destination; settles when it survives a kill. */
  forward(batch: SampleBatch, skip: (index: number) => boolean): Promise<void>;
  /** Begins to send. `labelsOf` is the store's; until then only what was spooled before is known. */
  start(labelsOf: (ref: SeriesRef) => Labels | undefined): Promise<void>;
  close(): Promise<void>;
}

/** The spool and its destinations; `undefined` where the configuration names none. Throws one clear line for a wrong selector. */
export async function openRemoteWrite(setup: RemoteWriteSetup): Promise<RunningRemoteWrite | undefined> {
  const { config, options, clock } = setup;
  if (config.remoteWrite.length === 0) return undefined;
  const filters = config.remoteWrite.map((each) => filterOf(each));
  const folder = join(setup.dataDir, 'remote-write');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let labelsOf: (ref: SeriesRef) => Labels | undefined = () => undefined;
  let metadataOf: MetadataOf = () => undefined;
  const spool = await Spool.open({
    folder: join(folder, 'spool'),
    maxBytes: options.remote_write_spool_bytes,
    labelsOf: (ref) => labelsOf(ref),
  });
  const writers: RemoteWriter[] = [];
  const poster = new HttpPoster();
  return {
    forward: (batch, skip) => spool.append(batch, skip),
    async start(given) {
      labelsOf = given;
      for (const [index, each] of config.remoteWrite.entries()) {
        const name = nameOf(each);
        writers.push(
          await RemoteWriter.open(
            {
              name,
              url: each.url,
              headers: each.headers,
              timeoutMs: each.timeout,
              message: messages[each.protobuf_message],
              cursorPath: join(folder, `cursor-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`),
              shards: each.queue.shards,
              maxSamplesPerSend: each.queue.max_samples_per_send,
              batchDeadlineMs: each.queue.batch_deadline,
              capacity: Math.max(each.queue.capacity, each.queue.max_samples_per_send),
              minBackoffMs: each.queue.min_backoff,
              maxBackoffMs: Math.max(each.queue.min_backoff, each.queue.max_backoff),
              sampleAgeLimitMs: each.queue.sample_age_limit,
              wants: filters[index]!,
              externalLabels: config.external_labels,
              sendExemplars: each.send_exemplars,
              metadataEveryMs: each.metadata_config.send ? each.metadata_config.send_interval : 0,
            },
            {
              spool,
              poster,
              clock,
              rng: setup.rng,
              userAgent: `jaegis/${setup.version}`,
              metadataOf: (name) => metadataOf(name),
            },
          ),
        );
      }
    },
    learnMetadata(given) {
      metadataOf = given;
    },
    exemplars(exemplars) {
      for (const writer of writers) writer.exemplars(exemplars);
    },
    stats: () => ({
      spoolBytes: spool.bytes,
      spoolBytesMax: spool.maxBytes,
      lost: spool.lost,
      error: spool.error,
      writers: writers.map((writer) => writer.stats()),
    }),
    async maintain() {
      if (writers.length > 0) await spool.release(Math.min(...writers.map((writer) => writer.needs)));
    },
    async close() {
      await Promise.all(writers.map((writer) => writer.close()));
      await spool.close();
      poster.close();
    },
  };
}

const messages = {
  auto: 'auto',
  'prometheus.WriteRequest': '1.0',
  'io.prometheus.write.v2.Request': '2.0',
} as const;

/** Two destinations of one address need names. */
function nameOf(config: RemoteWriteConfig): string {
  if (config.name !== undefined) return config.name;
  const { host, pathname } = new URL(config.url);
  return `${host}${pathname}`;
}

function filterOf(config: RemoteWriteConfig): (labels: Labels) => boolean {
  const compile = (field: 'keep' | 'drop') =>
    config[field].map((selector, index) => {
      const parsed = parseSelector(selector);
      if (!parsed.ok)
        throw new Error(
          `Cannot parse remoteWrite ${JSON.stringify(nameOf(config))}: ${field}[${index}] is ${JSON.stringify(selector)}, must be a selector: ${parsed.error}`,
        );
      const tests = parsed.selector.matchers.map(testOf);
      return (labels: Labels) => tests.every((test) => test(labels));
    });
  const [keep, drop] = [compile('keep'), compile('drop')];
  return (labels) => (keep.length === 0 || keep.some((fits) => fits(labels))) && !drop.some((fits) => fits(labels));
}

function testOf({ name, op, value }: Matcher): (labels: Labels) => boolean {
  if (op === '=') return (labels) => (labels[name] ?? '') === value;
  if (op === '!=') return (labels) => (labels[name] ?? '') !== value;
  const compiled = compileLinearRegex(value);
  // The selector was parsed with this very pattern: it compiles.
  const matches = compiled.ok ? compiled.matches : () => false;
  return (labels) => matches(labels[name] ?? '') === (op === '=~');
}
