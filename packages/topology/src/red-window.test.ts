import type { Span } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { RedWindow } from './red-window.ts';

const start = 1_700_000_000_000;
let nextId = 0;

function request(more: Partial<Span> = {}): Span {
  nextId++;
  return {
    traceId: 'a'.repeat(32),
    spanId: nextId.toString(16).padStart(16, '0'),
    parentSpanId: '',
    name: 'work',
    kind: 'server',
    startMs: start,
    durationMs: 100,
    isError: false,
    errorClass: '',
    instanceId: 'reader-1',
    pool: 'reader',
    attributes: {},
    ...more,
  };
}

function filled(spans: readonly Partial<Span>[], window = new RedWindow()): RedWindow {
  for (const span of spans) window.observe(request(span), start);
  return window;
}

describe('rates and durations', () => {
  test('of an agent and of its pool', () => {
    const window = new RedWindow();
    for (let i = 0; i < 300; i++) window.observe(request({ durationMs: i + 1 }), start + i * 100);
    const red = window.read('reader-1', start + 30_000)!;
    expect(red.requests).toBe(300);
    expect(red.requestRate).toBe(10);
    expect(red.mean).toBeCloseTo(0.1505, 6);
    expect(red.p50! / 0.15).toBeGreaterThan(0.95);
    expect(red.p50! / 0.15).toBeLessThan(1.05);
    expect(red.p95! / 0.285).toBeGreaterThan(0.95);
    expect(red.p99!).toBeLessThanOrEqual(0.3);
    expect(window.pool('reader', start + 30_000)).toEqual(red);
  });

  test('slide out of the window', () => {
    const window = filled([{}, {}]);
    expect(window.read('reader-1', start + 29_000)?.requests).toBe(2);
    expect(window.read('reader-1', start + 36_000)).toMatchObject({
      requests: 0,
      requestRate: 0,
      errorRate: null,
      mean: null,
      p95: null,
      lastAt: start,
    });
  });

  /** After `s` seconds: two requests a second, each told of when it ended, but those of `held` all at its end. */
  const ratesAt = (s: number, held: readonly [number, number], skewS: number) => {
    const window = new RedWindow();
    for (let t = 0; t < s; t += 0.5) {
      const toldAt = t >= held[0] && t < held[1] ? held[1] : t;
      if (toldAt > s) continue;
      window.observe(request({ startMs: start + (t + skewS) * 1_000 - 100 }), start + toldAt * 1_000);
    }
    const now = start + s * 1_000;
    return { agent: window.read('reader-1', now)!.requestRate!, pool: window.pool('reader', now)!.requestRate };
  };

  test('what was held back while nobody could be reached is no surge, whatever the clock of the sender', () => {
    for (const skewS of [0, -3_600]) {
      // A server that starts anew at 13 gets what was held since 0, at once.
      for (const s of [14, 18, 25, 40, 60])
        expect(ratesAt(s, [0, 13], skewS).agent, `${s} s`).toSatisfy((rate: number) => rate > 1.6 && rate < 2.4);
      expect(ratesAt(18, [0, 13], skewS).pool).toBeNull();
      expect(ratesAt(60, [0, 13], skewS).pool).toBeCloseTo(2, 0);
      // A network that was away for a minute, beside a server that runs.
      for (const s of [161, 175, 194, 200])
        expect(ratesAt(s, [100, 160], skewS).agent, `${s} s`).toSatisfy((rate: number) => rate > 1.6 && rate < 2.4);
      expect(ratesAt(161, [100, 160], skewS).pool).toBeNull();
      for (const s of [99, 200]) expect(ratesAt(s, [100, 160], skewS).pool).toBeCloseTo(2, 0);
    }
  });

  test('a clock that was set is no delay', () => {
    const window = new RedWindow();
    for (let s = 0; s < 100; s += 0.5) {
      const set = s < 80 ? 0 : -7_200_000;
      window.observe(request({ startMs: start + s * 1_000 + set }), start + s * 1_000);
    }
    expect(window.read('reader-1', start + 99_000)?.requestRate).toBeCloseTo(2, 0);
  });

  test('an agent never heard of is not known, which is not zero', () => {
    expect(new RedWindow().read('nobody', start)).toBeUndefined();
    expect(new RedWindow().pool('nobody', start)).toBeUndefined();
  });

  test('only server and consumer spans are requests', () => {
    const window = filled([{ kind: 'client' }, { kind: 'internal' }, { kind: 'producer' }, { kind: 'consumer' }]);
    expect(window.read('reader-1', start)?.requests).toBe(1);
  });

  test('agents silent for long are forgotten, those beyond the limit refused and counted', () => {
    const window = filled([{}, { instanceId: 'reader-2' }], new RedWindow({ maxTracked: 1 }));
    expect(window.refused).toBe(1);
    window.observe(request({ instanceId: 'reader-2' }), start + 900_000);
    expect([...window.instances()]).toEqual(['reader-2']);
  });
});

describe('errors', () => {
  test('have a class each: what the sender named, else the status, else the exception', () => {
    const window = filled([
      {},
      { isError: true, errorClass: 'Timeout' },
      { isError: true, attributes: { 'error.type': 'ECONNREFUSED' } },
      { attributes: { 'http.response.status_code': 503 } },
      { attributes: { 'http.response.status_code': 404 } },
      { isError: true, attributes: { 'rpc.grpc.status_code': 14 } },
      { isError: true, attributes: { 'exception.type': 'RangeError' } },
      { isError: true },
    ]);
    expect(window.read('reader-1', start)?.errorRate).toBe(0.75);
    expect(window.errorClasses('reader-1', start)).toEqual({
      Timeout: 1,
      ECONNREFUSED: 1,
      http_503: 1,
      grpc_14: 1,
      RangeError: 1,
      error: 1,
    });
  });

  test('are bounded in their classes', () => {
    const window = filled(Array.from({ length: 100 }, (_, i) => ({ isError: true, errorClass: `class-${i}` })));
    const classes = window.errorClasses('reader-1', start);
    expect(Object.keys(classes).length).toBeLessThanOrEqual(17);
    expect(classes['other']).toBe(84);
  });
});

describe('tokens', () => {
  const chat = { 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 };

  test('are read from any span, with their price where one is known', () => {
    const priced = new RedWindow({ priceOf: (model) => (model === 'm' ? { input: 1e-6, output: 2e-6 } : undefined) });
    const red = filled([{ kind: 'client', attributes: chat }], priced).read('reader-1', start)!;
    expect(red).toMatchObject({ inTokens: 100, outTokens: 20, tokensRate: 24 });
    expect(red.costRate).toBeCloseTo((140e-6 / 5) * 3_600, 9);
    expect(filled([{ kind: 'client', attributes: chat }]).read('reader-1', start)?.costRate).toBeNull();
  });

  test('that a parent adds up again count once', () => {
    const agent = request({ kind: 'internal', attributes: chat });
    const window = filled([{ kind: 'client', parentSpanId: agent.spanId, attributes: chat }, agent]);
    expect(window.read('reader-1', start)?.inTokens).toBe(100);
  });

  test('that make no sense are ignored', () => {
    const window = filled([{ attributes: { 'gen_ai.usage.input_tokens': 'many', 'gen_ai.usage.output_tokens': -1 } }]);
    expect(window.read('reader-1', start)).toMatchObject({ inTokens: 0, outTokens: 0 });
  });
});
