import type { Span } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OwnTime } from './own-time.ts';

function span(kind: Span['kind'], spanId: string, o: { in?: string; from: number; ms: number }): Span {
  return {
    traceId: 't'.repeat(32),
    spanId,
    parentSpanId: o.in ?? '',
    name: 'work',
    kind,
    startMs: o.from,
    durationMs: o.ms,
    isError: false,
    errorClass: '',
    instanceId: 'planner-1',
    pool: 'planner',
    attributes: {},
  };
}

/** Own milliseconds of the last of these. */
function own(...spans: readonly Span[]): number | undefined {
  const time = new OwnTime();
  const seconds = spans.map((each) => time.observe(each)).at(-1);
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}

const request = (ms: number) => span('server', 'request', { from: 1_000, ms });
const call = (id: string, from: number, ms: number, parent = 'request') => span('client', id, { in: parent, from, ms });

test.each<[string, Span[], number | undefined]>([
  ['no calls', [request(100)], undefined],
  ['one call', [call('a', 1_010, 60), request(100)], 40],
  ['one after the other', [call('a', 1_010, 20), call('b', 1_050, 30), request(100)], 50],
  ['at once', [call('a', 1_010, 50), call('b', 1_020, 60), call('c', 1_030, 10), request(100)], 30],
  ['a call that began before and ends after it', [call('a', 900, 500), request(100)], 0],
  ['a call of another request', [call('a', 1_010, 60, 'other'), request(100)], undefined],
  [
    'a call within a step',
    [call('a', 1_010, 60, 'step'), span('internal', 'step', { in: 'request', from: 1_000, ms: 90 }), request(100)],
    40,
  ],
  [
    'what a model takes is its own',
    [{ ...call('a', 1_010, 60), attributes: { 'gen_ai.operation.name': 'chat' } }, call('b', 1_080, 10), request(100)],
    90,
  ],
  ['a duration that makes no sense', [call('a', 1_010, Number.NaN), request(100)], undefined],
])('own time: %s', (_, spans, expected) => {
  expect(own(...spans)).toBe(expected);
});

test('what another agent says of a request of this one does not count', () => {
  expect(own({ ...call('a', 1_010, 60), instanceId: 'stranger' }, request(100))).toBeUndefined();
});

test('a request is counted once', () => {
  const time = new OwnTime();
  time.observe(call('a', 1_010, 60));
  expect([time.observe(request(100)), time.observe(request(100))]).toEqual([0.04, undefined]);
});

test('whatever was called: between nothing and the whole duration', () => {
  const calls = fc.array(fc.tuple(fc.integer({ min: -500, max: 1_500 }), fc.integer({ min: 0, max: 1_000 })), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(calls, fc.integer({ min: 0, max: 1_000 }), (made, ms) => {
      const left = own(...made.map(([at, length], i) => call(`c${i}`, 1_000 + at, length)), request(ms)) ?? 0;
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(ms);
    }),
  );
});
