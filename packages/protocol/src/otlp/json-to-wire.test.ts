import { describe, expect, test } from 'vitest';
import { RecordingStore } from '../../test/recording-store.ts';
import { jsonToWire } from './json-to-wire.ts';
import { decodeLogs } from './logs.ts';
import { decodeTraces } from './traces.ts';

const now = 1_700_000_000_000;
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

function metric(data: unknown, rest: object = {}) {
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', ...(data as object), ...rest }] }] }] };
}

function samplesOf(value: unknown) {
  const converted = jsonToWire('metrics', bytes(value));
  if (!converted.ok) throw new Error(converted.error);
  return Object.values(new RecordingStore().decode(converted.bytes, now).samples).flat();
}

const errorOf = (value: unknown) => {
  const converted = jsonToWire('metrics', bytes(value));
  return converted.ok ? '' : converted.error;
};

describe('what real senders write', () => {
  test('64-bit integers as text or as numbers', () => {
    const point = (timeUnixNano: unknown, asInt: unknown) =>
      metric({ gauge: { dataPoints: [{ timeUnixNano, asInt }] } });
    expect(samplesOf(point('1700000000000000000', '-5'))).toEqual([[now, -5]]);
    expect(samplesOf(point(1700000000000000000, 7))).toEqual([[now, 7]]);
  });

  test('doubles as numbers, text, or the names of what JSON has no number for', () => {
    const values = [1.5, '1.5e3', 'NaN', 'Infinity', '-Infinity', 0];
    const dataPoints = values.map((asDouble, i) => ({ timeUnixNano: `${now + i}000000`, asDouble }));
    expect(samplesOf(metric({ gauge: { dataPoints } })).map(([, value]) => value)).toEqual([
      1.5,
      1500,
      NaN,
      Infinity,
      -Infinity,
      0,
    ]);
  });

  test('enums as numbers or names, names in snake case, null for nothing', () => {
    for (const aggregationTemporality of [2, 'AGGREGATION_TEMPORALITY_CUMULATIVE'])
      expect(
        samplesOf(
          metric({
            sum: {
              aggregationTemporality,
              isMonotonic: true,
              dataPoints: [{ timeUnixNano: '1', asInt: 1, attributes: null }],
            },
          }),
        ),
      ).toEqual([[0, 1]]);
    const snake = {
      resource_metrics: [
        { scope_metrics: [{ metrics: [{ name: 'm', gauge: { data_points: [{ time_unix_nano: '1', as_int: 1 }] } }] }] },
      ],
    };
    expect(samplesOf(snake)).toEqual([[0, 1]]);
  });

  test('ids in hex, in upper case, or in base64', () => {
    const span = (traceId: string, spanId: string) => {
      const body = {
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId,
                    spanId,
                    name: 'n',
                    kind: 'SPAN_KIND_CLIENT',
                    startTimeUnixNano: `${now}000000`,
                    endTimeUnixNano: `${now}000000`,
                    status: { code: 'STATUS_CODE_ERROR' },
                  },
                ],
              },
            ],
          },
        ],
      };
      const converted = jsonToWire('traces', bytes(body));
      const decoded = decodeTraces(converted.ok ? converted.bytes : new Uint8Array([1]), now);
      return decoded.ok ? decoded.groups[0]!.items[0] : undefined;
    };
    const wanted = {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      kind: 'client',
      isError: true,
    };
    expect(span('5B8EFFF798038103D269B633813FC60C', 'EEE19B7EC3C1B174')).toMatchObject(wanted);
    expect(span('W47/95gDgQPSabYzgT/GDA==', '7uGbfsPBsXQ=')).toMatchObject(wanted);
    expect(span('short', 'ee')).toBeUndefined();
  });

  test('every kind of value', () => {
    const values = [
      { stringValue: 'a' },
      { intValue: '9007199254740993' },
      { doubleValue: 0.5 },
      { boolValue: false },
      { bytesValue: 'AQI=' },
      {},
    ];
    const body = {
      resourceLogs: [
        {
          scopeLogs: [{ logRecords: [{ severityNumber: 'SEVERITY_NUMBER_ERROR2', body: { arrayValue: { values } } }] }],
        },
      ],
    };
    const converted = jsonToWire('logs', bytes(body));
    const decoded = decodeLogs(converted.ok ? converted.bytes : new Uint8Array([1]), now);
    expect(decoded.ok && decoded.groups[0]!.items[0]).toMatchObject({
      severity: 'error',
      body: '["a","9007199254740993",0.5,false,"AQI=",null]',
    });
  });

  test('exemplars of every kind of point that has them, and descriptions', () => {
    const exemplar = {
      timeUnixNano: `${now}000000`,
      asDouble: 2.5,
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      filteredAttributes: [{ key: 'user', value: { stringValue: 'a' } }],
    };
    const point = { timeUnixNano: `${now}000000`, exemplars: [exemplar] };
    const rest = { aggregationTemporality: 2 };
    for (const data of [
      { sum: { ...rest, isMonotonic: true, dataPoints: [{ ...point, asInt: '1' }] } },
      { histogram: { ...rest, dataPoints: [{ ...point, count: '1', explicitBounds: [3], bucketCounts: ['1', '0'] }] } },
      {
        exponentialHistogram: {
          ...rest,
          dataPoints: [
            { ...point, count: '1', scale: 0, zeroThreshold: 0.5, positive: { offset: 1, bucketCounts: ['1'] } },
          ],
        },
      },
    ]) {
      const converted = jsonToWire('metrics', bytes(metric(data, { description: 'How often.' })));
      const { result } = new RecordingStore().decode(converted.ok ? converted.bytes : new Uint8Array([1]), now);
      expect(result).toMatchObject({
        ok: true,
        exemplars: [
          {
            at: now,
            value: 2.5,
            labels: { trace_id: exemplar.traceId, span_id: exemplar.spanId, user: 'a' },
          },
        ],
        metadata: [{ help: 'How often.' }],
      });
    }
  });

  test('unknown fields are passed over, "__proto__" is nothing special', () => {
    const value = JSON.parse('{"resourceMetrics":[],"newField":{"a":[1]},"__proto__":{"resourceMetrics":7}}');
    expect(errorOf(value)).toBe('');
  });
});

describe('what is refused, with its place', () => {
  test.each([
    ['not JSON', '{"resourceMetrics":', 'the body is not JSON'],
    ['a list', [], 'the body is a list, must be an object'],
    ['an object for a list', { resourceMetrics: {} }, 'resourceMetrics is an object, must be a list'],
    ['a number for a message', { resourceMetrics: [7] }, 'resourceMetrics[0] is "7", must be an object'],
    ['a number for a name', metric({}, { name: 7 }), 'name is "7", must be a text'],
    [
      'a text for a number',
      metric({ gauge: { dataPoints: [{ asDouble: 'many' }] } }),
      'asDouble is "many", must be a number',
    ],
    [
      'a fraction for an integer',
      metric({ gauge: { dataPoints: [{ asInt: 1.5 }] } }),
      'asInt is "1.5", must be an integer',
    ],
    [
      'an integer that does not fit',
      metric({ gauge: { dataPoints: [{ timeUnixNano: '99999999999999999999' }] } }),
      'timeUnixNano is "99999999999999999999", must be an integer',
    ],
    [
      'an unknown enum',
      metric({ sum: { aggregationTemporality: 'SOMETIMES' } }),
      'aggregationTemporality is "SOMETIMES", must be a number or one of',
    ],
    ['a text for a boolean', metric({ sum: { isMonotonic: 'yes' } }), 'isMonotonic is "yes", must be true or false'],
  ])('%s', (_what, value, error) => {
    expect(errorOf(value)).toContain(`Cannot read OTLP metrics: ${error}`);
  });
});
