import type { Exemplar, MetricMetadata, Rejections, SampleBatch } from '@jaegis/model';
import { packSnappy, WireWriter } from '@jaegis/protocol';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../test/recording-sinks.ts';
import { IngestCounters } from './ingest-counters.ts';
import { RemoteWriteReceiver } from './remote-write-receiver.ts';
import type { TelemetrySinks } from './sinks.ts';
import { WorkTurns } from './work-turns.ts';

const now = 1_700_000_000_000;
const v1 = { contentType: 'application/x-protobuf', contentEncoding: 'snappy' };
const v2 = { ...v1, contentType: 'application/x-protobuf;proto=io.prometheus.write.v2.Request' };

function receiver(
  rejected: (batch: SampleBatch) => Rejections = () => ({}),
  options: { pendingLimit?: number; turns?: WorkTurns; bodyLimitBytes?: number } = {},
) {
  const kept = { samples: 0, exemplars: [] as Exemplar[], metadata: [] as MetricMetadata[], resolutions: 0 };
  const counters = new IngestCounters();
  const sinks: TelemetrySinks = {
    samples: {
      resolve: () => ++kept.resolutions,
      append: async (batch) => {
        const refused = rejected(batch);
        const accepted = batch.length - Object.values(refused).reduce((sum, count) => sum + count, 0);
        kept.samples += accepted;
        return { accepted, rejected: refused };
      },
    },
    spans: () => {},
    logs: () => {},
    exemplars: (given) => kept.exemplars.push(...given),
    metadata: (given) => void kept.metadata.push(...given),
    contact: () => true,
  };
  const remote = new RemoteWriteReceiver({
    sinks,
    clock: new ManualClock(now),
    counters,
    bodyLimitBytes: 10_000,
    ...options,
  });
  return { remote, kept, counters };
}

/** A request of one series with that many samples (1.0), packed. */
function body(samples: number, labels: [string, string][] = [['__name__', 'up']]): Uint8Array {
  const writer = new WireWriter();
  writer.messageField(1, (series) => {
    for (const [name, value] of labels)
      series.messageField(1, (label) => {
        label.stringField(1, name);
        label.stringField(2, value);
      });
    for (let i = 0; i < samples; i++)
      series.messageField(2, (sample) => {
        sample.doubleField(1, i);
        sample.varintField(2, now + i);
      });
    series.messageField(3, (exemplar) => exemplar.doubleField(2, 1));
  });
  return packSnappy(writer.finish());
}

function bodyV2(): Uint8Array {
  const writer = new WireWriter();
  for (const symbol of ['', '__name__', 'up']) writer.stringField(4, symbol);
  writer.messageField(5, (series) => {
    series.packedVarints(1, [1, 2]);
    series.messageField(2, (sample) => sample.doubleField(1, 7));
  });
  return packSnappy(writer.finish());
}

const written = (headers: Record<string, string>) =>
  ['samples', 'histograms', 'exemplars'].map((what) => Number(headers[`x-prometheus-remote-write-${what}-written`]));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('what is understood', () => {
  test('1.0 and 2.0 are told apart by content type', async () => {
    const { remote, kept, counters } = receiver();
    const first = await remote.handle({ ...v1, body: body(3) });
    expect([first.status, first.body.length, written(first.headers)]).toEqual([204, 0, [3, 0, 1]]);
    const second = await remote.handle({ ...v2, body: bodyV2() });
    expect([second.status, written(second.headers)]).toEqual([204, [1, 0, 0]]);
    expect(kept).toMatchObject({ samples: 4, exemplars: [{ value: 1 }] });
    expect(counters.snapshot().samples).toEqual({ remote_write: 3, remote_write_v2: 1 });
  });

  test.each([
    ['application/x-protobuf;proto=prometheus.WriteRequest', 'snappy', 204],
    ['application/x-protobuf; proto="prometheus.WriteRequest"', 'Snappy', 204],
    ['', '', 204],
    ['application/json', 'snappy', 415],
    ['application/x-protobuf;proto=io.prometheus.write.v3.Request', 'snappy', 415],
    ['application/x-protobuf', 'gzip', 415],
  ])('%s with %s is answered %d', async (contentType, contentEncoding, status) => {
    const answer = await receiver().remote.handle({ contentType, contentEncoding, body: body(1) });
    expect(answer.status).toBe(status);
    if (status === 415) expect(text(answer.body)).toMatch(/^Cannot take remote write: content-.* must be /);
  });
});

describe('what is refused', () => {
  test('a part: 400, the rest is kept, the counts are in the headers and the reasons in the body', async () => {
    const { remote, kept, counters } = receiver(() => ({ out_of_order: 1, duplicate: 1 }));
    const answer = await remote.handle({ ...v1, body: body(5) });
    expect([answer.status, written(answer.headers)]).toEqual([400, [3, 0, 1]]);
    expect(text(answer.body)).toContain('1 out_of_order, 1 duplicate refused by the store');
    expect(kept.samples).toBe(3);
    expect(counters.snapshot().rejected['remote_write']).toEqual({ out_of_order: 1, duplicate: 1 });
  });

  test('a series without a name: 400 with the reason', async () => {
    const answer = await receiver().remote.handle({ ...v1, body: body(2, [['job', 'x']]) });
    expect([answer.status, text(answer.body)]).toEqual([400, expect.stringContaining('3 invalid_name')]);
  });

  test.each([
    ['queue_full', 429, '1'],
    ['storage', 503, '5'],
    ['unknown_series', 503, '5'],
  ] as const)('%s: %d with Retry-After, nothing told as written', async (reason, status, retryAfter) => {
    const { remote, kept } = receiver((batch) => ({ [reason]: batch.length }));
    const answer = await remote.handle({ ...v1, body: body(5) });
    expect([answer.status, answer.headers['retry-after'], written(answer.headers)]).toEqual([
      status,
      retryAfter,
      [0, 0, 0],
    ]);
    await remote.handle({ ...v1, body: body(5) });
    expect(kept.resolutions).toBe(reason === 'unknown_series' ? 2 : 1);
  });

  test('too many at once: 429, and counted', async () => {
    const { remote, counters } = receiver(undefined, { pendingLimit: 1 });
    const answers = await Promise.all([1, 2].map(() => remote.handle({ ...v1, body: body(1) })));
    expect(answers.map((each) => each.status)).toEqual([204, 429]);
    expect(counters.snapshot().rejected['remote_write']).toEqual({ queue_full: 1 });
  });

  test.each([
    ['no snappy block', Uint8Array.of(5, 1, 2), 400],
    ['not a request', packSnappy(new TextEncoder().encode('{"a":1}')), 400],
    ['larger than allowed, unpacked', packSnappy(new Uint8Array(20_000)), 413],
  ])('%s', async (_, bytes, status) => {
    const { remote, counters } = receiver();
    expect((await remote.handle({ ...v1, body: bytes })).status).toBe(status);
    expect(counters.snapshot().rejected['remote_write']).toEqual({ [status === 413 ? 'too_large' : 'malformed']: 1 });
  });
});

test('a request of many new series is taken in parts, whole, and a short one comes in between', async () => {
  let clock = 0;
  const turns = new WorkTurns({
    stopwatch: () => (clock += 20),
    breathe: () => new Promise((end) => setImmediate(end)),
  });
  const { remote, kept } = receiver(undefined, { turns, bodyLimitBytes: 1_000_000 });
  const writer = new WireWriter();
  for (let i = 0; i < 1_000; i++)
    writer.messageField(1, (series) => {
      for (const [name, value] of [
        ['__name__', 'up'],
        ['i', `${i}-${'x'.repeat(40)}`],
      ] as const)
        series.messageField(1, (label) => {
          label.stringField(1, name);
          label.stringField(2, value);
        });
      series.messageField(2, (sample) => sample.varintField(2, now));
    });
  const ended: string[] = [];
  const long = remote.handle({ ...v1, body: packSnappy(writer.finish()) }).finally(() => ended.push('long'));
  const short = remote.handle({ ...v1, body: body(1) }).finally(() => ended.push('short'));
  expect([(await long).headers, (await short).status]).toMatchObject([
    { 'x-prometheus-remote-write-samples-written': '1000' },
    204,
  ]);
  expect(ended).toEqual(['short', 'long']);
  expect(kept).toMatchObject({ samples: 1_001, resolutions: 1_001 });
});
