// Whatever the bytes: a typed result, soon, without growth. Seeds are printed by fast-check when a property fails.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricsRequest } from '../test/otlp-bytes.ts';
import { RecordingStore } from '../test/recording-store.ts';
import { jsonToWire } from './otlp/json-to-wire.ts';
import { decodeLogs } from './otlp/logs.ts';
import { decodeTraces } from './otlp/traces.ts';
import { WireWriter } from './wire/wire-writer.ts';

const now = 1_700_000_000_000;
const agent = { 'service.name': 's', 'service.instance.id': 'i' };
const good = {
  metrics: metricsRequest(agent, [
    { name: 'a', gauge: [{ at: now, value: 1, attributes: { k: 'v', list: ['x', { y: 1 }] } }] },
    { name: 'b', sum: [{ at: now, int: 5n }], temporality: 1 },
    { name: 'c', histogram: [{ at: now, count: 3, sum: 1, buckets: [1, 2], bounds: [1] }], temporality: 1 },
    {
      name: 'd',
      exponential: [
        { at: now, count: 3, scale: 3, positive: { offset: 4, counts: [1, 2] }, negative: { offset: -3, counts: [1] } },
      ],
    },
    { name: 'e', summary: [{ at: now, count: 1, sum: 1, quantiles: [[0.5, 1]] }] },
  ]),
  traces: record((writer) => {
    writer.bytesField(1, new Uint8Array(16).fill(7));
    writer.bytesField(2, new Uint8Array(8).fill(7));
    writer.stringField(5, 'GET /');
    writer.varintField(6, 2);
    writer.fixed64Field(7, BigInt(now) * 1_000_000n);
    writer.fixed64Field(8, BigInt(now + 5) * 1_000_000n);
    writer.messageField(9, (pair) => {
      pair.stringField(1, 'http.route');
      pair.messageField(2, (value) => value.stringField(1, '/a'));
    });
    writer.messageField(15, (status) => status.varintField(3, 2));
  }),
  logs: record((writer) => {
    writer.fixed64Field(1, BigInt(now) * 1_000_000n);
    writer.varintField(2, 9);
    writer.messageField(5, (body) => body.stringField(1, 'hello'));
  }),
};

function record(item: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter();
  writer.messageField(1, (group) => {
    group.messageField(1, (resource) =>
      resource.messageField(1, (pair) => {
        pair.stringField(1, 'service.name');
        pair.messageField(2, (value) => value.stringField(1, 's'));
      }),
    );
    group.messageField(2, (scope) => scope.messageField(2, item));
  });
  return writer.finish();
}

const store = new RecordingStore(1_000);
const decoders = {
  metrics: (bytes: Uint8Array) => store.decode(bytes, now).result,
  traces: (bytes: Uint8Array) => decodeTraces(bytes, now),
  logs: (bytes: Uint8Array) => decodeLogs(bytes, now),
};

describe.each(['metrics', 'traces', 'logs'] as const)('%s', (signal) => {
  const decode = decoders[signal];

  test('the untouched request is taken', () => {
    expect(decode(good[signal])).toMatchObject({ ok: true, rejected: {} });
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => typeof decode(bytes).ok === 'boolean'),
      { numRuns: 2_000 },
    );
  });

  test('every truncation', () => {
    for (let length = 0; length < good[signal].length; length++) {
      const { ok } = decode(good[signal].slice(0, length));
      if (length === 0) expect(ok).toBe(true);
      else expect(ok).toBe(false);
    }
  });

  test('bit flips, and bytes put in, taken out, or replaced', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom('flip', 'insert', 'remove', 'replace'),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = [...good[signal]];
        for (const [where, how, byte] of changes) {
          const at = where % bytes.length;
          if (how === 'flip') bytes[at] = bytes[at]! ^ (1 << (byte % 8));
          else bytes.splice(at, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [byte]));
        }
        const result = decode(new Uint8Array(bytes));
        if (!result.ok) expect(result.error).toMatch(/^Cannot read OTLP/);
      }),
      { numRuns: 3_000 },
    );
  });

  test('deep nesting and hostile lengths', () => {
    let nested = new Uint8Array([0x0a, 0x01, 0x41]);
    for (let depth = 0; depth < 5_000; depth++) {
      const writer = new WireWriter(nested.length + 20);
      writer.messageField(depth % 2 === 0 ? 5 : 1, (inner) => inner.bytesField(1, nested));
      nested = new Uint8Array(writer.finish());
      if (nested.length > 20_000) break;
    }
    const inAttribute = new WireWriter();
    inAttribute.messageField(1, (group) => {
      group.messageField(1, (resource) =>
        resource.messageField(1, (pair) => {
          pair.stringField(1, 'service.name');
          pair.bytesField(2, nested);
        }),
      );
      group.messageField(2, (scope) => scope.messageField(2, (item) => item.stringField(5, 'x')));
    });
    expect(typeof decode(inAttribute.finish()).ok).toBe('boolean');
    for (const length of [
      [0x7f],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      Array(9).fill(0xff).concat(0x01),
      Array(20).fill(0xff),
    ])
      expect(decode(new Uint8Array([0x0a, ...length])).ok).toBe(false);
  });

  test('any JSON', () => {
    const names = fc.constantFrom(
      'resourceMetrics',
      'resourceSpans',
      'resourceLogs',
      'scopeMetrics',
      'scopeSpans',
      'scopeLogs',
      'resource',
      'attributes',
      'metrics',
      'spans',
      'logRecords',
      'key',
      'value',
      'stringValue',
      'arrayValue',
      'values',
      'gauge',
      'sum',
      'histogram',
      'dataPoints',
      'asInt',
      'traceId',
      'kind',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const converted = jsonToWire(signal, new TextEncoder().encode(JSON.stringify(value)));
        if (converted.ok) expect(decode(converted.bytes).ok).toBe(true);
        else expect(converted.error).toMatch(/^Cannot read OTLP/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('JSON that nests without end', () => {
    const body = new TextEncoder().encode(
      `{"resourceMetrics":[{"resource":{"attributes":[{"key":"a","value":${'{"arrayValue":{"values":['.repeat(5_000)}${']}}'.repeat(5_000)}}]}}]}`.replaceAll(
        'resourceMetrics',
        { metrics: 'resourceMetrics', traces: 'resourceSpans', logs: 'resourceLogs' }[signal],
      ),
    );
    expect(jsonToWire(signal, body)).toMatchObject({ ok: false });
  });
});

test('what the decoder remembers of all that is bounded', () => {
  expect(store.decoder.stats().series).toBeLessThanOrEqual(2_000);
  expect(store.decode(good.metrics, now).result).toMatchObject({ ok: true });
});
