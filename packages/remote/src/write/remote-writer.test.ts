import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SnappyReader } from '@jaegis/protocol';
import { type Clock, seededRng } from '@jaegis/std';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeBody, decodeRequest } from '../../test/decode-body.ts';
import { Spool } from '../spool/spool.ts';
import type { HttpAnswer } from './http-poster.ts';
import { RemoteWriter, type RemoteWriterOptions } from './remote-writer.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
});

const clock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    // Waiting is real but short: what is tried here is the order of things, not their pace.
    const timer = setTimeout(() => void run(), Math.min(ms, 5));
    return () => clearTimeout(timer);
  },
  every: () => () => {},
};

interface Request {
  readonly samples: readonly { readonly name: string; readonly at: number; readonly value: number }[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const isSecond = (headers: Request['headers']): boolean => headers['content-type']!.includes('v2.Request');
const counted = (n: number, status = 204): HttpAnswer => ({
  status,
  headers: { 'x-prometheus-remote-write-samples-written': `${n}` },
  text: '',
});

/** Reads a request the slow and plain way: fields by their tags. */
function decode(body: Uint8Array): Request['samples'] {
  const unpacked = new SnappyReader().read(body, 1e9);
  if (!unpacked.ok) throw new Error(unpacked.error);
  const raw = unpacked.bytes.slice();
  const found: { name: string; at: number; value: number }[] = [];
  for (const series of fields(raw, 1)) {
    const labels = fields(series, 1).map((label) =>
      [fields(label, 1), fields(label, 2)].map(([text]) => new TextDecoder().decode(text)),
    );
    for (const sample of fields(series, 2)) {
      const value = new DataView(sample.buffer, sample.byteOffset + 1).getFloat64(0, true);
      let at = 0;
      for (let i = 10, scale = 1; i < sample.length; i++, scale *= 128) at += (sample[i]! & 127) * scale;
      found.push({ name: labels.map((pair) => pair.join('=')).join(','), at, value });
    }
  }
  return found;
}

/** The length-delimited fields of a number. */
function fields(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++]!;
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      length += (byte & 127) * scale;
      if (byte < 128) break;
    }
    if (tag >> 3 === wanted) found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** A writer whose endpoint answers what the test says, one request after the other. */
async function setUp(o: {
  answer: (request: Request, n: number) => number | Error | HttpAnswer;
  options?: Partial<RemoteWriterOptions>;
  folder?: string;
}) {
  const folder = o.folder ?? (await mkdtemp(join(tmpdir(), 'jaegis-remote-')));
  if (o.folder === undefined) cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const spool = await Spool.open({
    folder: join(folder, 'spool'),
    maxBytes: 1e7,
    labelsOf: (ref) => ({ __name__: 'm', i: `${ref}` }),
  });
  const requests: Request[] = [];
  const writer = await RemoteWriter.open(
    {
      name: 'there',
      url: 'http://there/write',
      headers: { 'x-secret': 'abc' },
      timeoutMs: 1_000,
      cursorPath: join(folder, 'cursor'),
      message: '1.0',
      shards: 1,
      maxSamplesPerSend: 100,
      batchDeadlineMs: 1,
      capacity: 200,
      minBackoffMs: 1,
      maxBackoffMs: 5,
      sampleAgeLimitMs: 0,
      wants: () => true,
      externalLabels: { site: 'lab' },
      sendExemplars: true,
      metadataEveryMs: 0,
      ...o.options,
    },
    {
      spool,
      clock,
      rng: seededRng(1),
      userAgent: 'jaegis/test',
      metadataOf: (name) => ({ name, type: 'gauge', help: 'What is told.', unit: '' }),
      poster: {
        async post(_url, { headers, body }) {
          const request = { samples: isSecond(headers) ? [] : decode(body), headers, body };
          requests.push(request);
          const answer = o.answer(request, requests.length);
          if (answer instanceof Error) throw answer;
          return typeof answer === 'number'
            ? { status: answer, headers: {}, text: answer === 204 ? '' : 'why not' }
            : answer;
        },
      },
    },
  );
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await writer.close();
    await spool.close();
  };
  cleanUps.push(close);
  return {
    folder,
    spool,
    writer,
    requests,
    close,
    /** Spools samples 1 to n of a series, and waits until all of them are done. */
    send: (from: number, to: number, ref = 1) => {
      const length = to - from + 1;
      const numbers = Float64Array.from({ length }, (_, i) => from + i);
      return spool.append(
        { refs: new Uint32Array(length).fill(ref), timestamps: numbers, values: numbers, length },
        () => false,
      );
    },
  };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3_000; turn++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('what was waited for did not happen');
}

test('sends labels, external labels and samples in their order, in requests of the size asked for', async () => {
  const { send, writer, requests } = await setUp({ answer: () => 204 });
  await send(1, 250);
  await until(() => writer.stats().sent === 250);
  const all = requests.flatMap((request) => request.samples);
  expect(all.map((sample) => sample.at)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  expect(all[0]).toEqual({ name: '__name__=m,i=1,site=lab', at: 1, value: 1 });
  expect(Math.max(...requests.map((request) => request.samples.length))).toBe(100);
  expect(requests[0]!.headers).toMatchObject({ 'content-encoding': 'snappy', 'x-secret': 'abc' });
  expect(writer.stats()).toMatchObject({ error: '', pending: 0, lagMs: 0 });
});

test('what may pass is tried until it does; order is kept and nothing is lost', async () => {
  const { send, writer, requests } = await setUp({
    answer: (_, n) => (n === 1 ? new Error('no connection') : n === 2 ? 503 : n === 3 ? 429 : 204),
  });
  await send(1, 5);
  await until(() => writer.stats().sent === 5);
  expect(requests).toHaveLength(4);
  expect(writer.stats()).toMatchObject({ retries: 3, dropped: { refused: 0 }, error: '' });
});

test('what will not pass is given up and counted; a bad sample does not take its neighbours with it', async () => {
  const { send, writer } = await setUp({
    answer: ({ samples }) => (samples.some((sample) => sample.at === 7) ? 400 : 204),
  });
  await send(1, 20);
  await until(() => writer.stats().sent + writer.stats().dropped.refused === 20);
  expect(writer.stats()).toMatchObject({ sent: 19, dropped: { refused: 1 } });

  const denied = await setUp({ answer: () => 403 });
  await denied.send(1, 20);
  await until(() => denied.writer.stats().dropped.refused === 20);
  expect(denied.requests).toHaveLength(1);
  expect(denied.writer.stats().error).toBe('answered 403: why not');
});

test('goes on after a stop where it was, and sends nothing of what was done', async () => {
  const first = await setUp({ answer: () => 204 });
  await first.send(1, 10);
  await until(() => first.writer.stats().sent === 10);
  await first.close();
  const away = await setUp({ folder: first.folder, answer: () => 503 });
  await away.send(11, 20);
  await until(() => away.writer.stats().retries > 2);
  await away.close();
  const back = await setUp({ folder: first.folder, answer: () => 204 });
  await until(() => back.writer.stats().sent === 10);
  expect(back.requests.flatMap((request) => request.samples.map((sample) => sample.at))).toEqual([
    11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  ]);
});

test('sends only what is wanted, nothing too old, each series in one lane', async () => {
  const { send, writer, requests } = await setUp({
    answer: () => 204,
    options: { wants: (labels) => labels['i'] !== '2', shards: 4, sampleAgeLimitMs: Date.now() - 5 },
  });
  for (const ref of [1, 2, 3, 4, 5]) await send(1, 10, ref);
  await until(() => writer.stats().sent + writer.stats().dropped.too_old === 40);
  expect(requests.flatMap((request) => request.samples).some((sample) => sample.name.includes('i=2'))).toBe(false);
  expect(writer.stats().dropped.too_old).toBeGreaterThan(0);
});

test('an endpoint that is away fills the lanes, not the memory', async () => {
  const { send, writer } = await setUp({ answer: () => 503, options: { capacity: 150 } });
  for (let i = 0; i < 20; i++) await send(i * 100 + 1, i * 100 + 100);
  await until(() => writer.stats().retries > 0 && writer.stats().pending >= 150);
  expect(writer.stats().pending).toBe(150);
});

describe('remote write 2.0, where it is not said which', () => {
  const auto = { options: { message: 'auto' as const } };
  const kinds = (requests: readonly Request[]) => requests.map(({ headers }) => (isSecond(headers) ? '2.0' : '1.0'));

  test('a receiver that counts what it has written keeps getting it', async () => {
    const { send, writer, requests } = await setUp({ ...auto, answer: () => counted(10) });
    await send(1, 10);
    await until(() => writer.stats().sent === 10);
    await send(11, 20);
    await until(() => writer.stats().sent === 20);
    expect(new Set(kinds(requests))).toEqual(new Set(['2.0']));
    expect(requests[0]!.headers).toMatchObject({ 'x-prometheus-remote-write-version': '2.0.0' });
    expect(writer.stats().version).toBe('2.0');
  });

  test.each([
    ['says 415', 415],
    ['cannot parse it', 400],
    ['takes it for an empty request', 204],
  ])('a receiver that %s gets the same samples as 1.0, and 1.0 from then on', async (_, status) => {
    const { send, writer, requests } = await setUp({
      ...auto,
      answer: ({ headers }) => (isSecond(headers) ? status : 204),
    });
    await send(1, 10);
    await until(() => writer.stats().sent === 10);
    await send(11, 20);
    await until(() => writer.stats().sent === 20);
    expect(kinds(requests)).toEqual(['2.0', '1.0', '1.0']);
    expect(requests.flatMap(({ samples }) => samples.map(({ at }) => at))).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(writer.stats()).toMatchObject({ version: '1.0', retries: 0, dropped: { refused: 0 } });
  });

  test('a bad sample is found among its neighbours, and not taken for a lack of understanding', async () => {
    const { send, writer, requests } = await setUp({
      ...auto,
      answer: ({ body }) => (decodeBody('2.0', body).some(({ at }) => at === 7) ? counted(0, 400) : counted(1)),
    });
    await send(1, 20);
    await until(() => writer.stats().sent + writer.stats().dropped.refused === 20);
    expect(writer.stats()).toMatchObject({ sent: 19, dropped: { refused: 1 }, version: '2.0' });
    expect(new Set(kinds(requests))).toEqual(new Set(['2.0']));
  });
});

test('an exemplar leaves with the next sample of its series, and 1.0 is told what metrics are', async () => {
  const { writer, requests, send } = await setUp({ answer: () => 204, options: { metadataEveryMs: 20 } });
  await send(1, 2);
  await expect.poll(() => writer.stats().sent).toBe(2);
  const exemplar = { ref: 1, at: 2, value: 0.5, labels: { trace_id: 'abc' } };
  writer.exemplars([exemplar, { ...exemplar, ref: 77 }]);
  await send(3, 4);
  await expect.poll(() => writer.stats().sentExemplars).toBe(1);
  const found = requests.flatMap(({ body }) => decodeRequest('1.0', body).exemplars);
  expect(found).toEqual([{ series: 'm{i="1",site="lab"}', labels: '{trace_id="abc"}', at: 2, value: 0.5 }]);
  await expect.poll(() => writer.stats().sentMetadata).toBeGreaterThan(1);
  const told = requests.flatMap(({ body }) => decodeRequest('1.0', body).metadata);
  expect(told[0]).toEqual({ name: 'm', type: 'gauge', help: 'What is told.', unit: '' });
});
