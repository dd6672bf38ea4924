import type { Span, SpanKind } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RedWindow } from './red-window.ts';
import { TopologyBuilder } from './topology-builder.ts';

const start = 1_700_000_000_000;
const pools = ['planner', 'searcher', 'reader', 'writer'];

interface Calls {
  readonly from: string;
  readonly to: string;
  readonly isError: boolean;
  readonly isWrapped: boolean;
}

const calls = fc.array(
  fc.record({
    from: fc.constantFrom(...pools),
    to: fc.constantFrom(...pools),
    isError: fc.boolean(),
    isWrapped: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

function hex(value: number): string {
  return value.toString(16).padStart(16, '0');
}

/** Each call as its spans: the caller's work, perhaps a wrapper, the client, the server, the work inside it. */
function spansOf(made: readonly Calls[]): Span[] {
  let id = 0;
  const spans: Span[] = [];
  for (const { from, to, isError, isWrapped } of made) {
    const traceId = hex(++id).repeat(2);
    const add = (kind: SpanKind, pool: string, o: { parent: string; instance: string; isError?: boolean }): string => {
      const spanId = hex(++id);
      const instanceId = `${pool}-${o.instance}`;
      spans.push({
        traceId,
        spanId,
        parentSpanId: o.parent,
        name: 'work',
        kind,
        startMs: start,
        durationMs: 10,
        isError: o.isError ?? false,
        errorClass: '',
        instanceId,
        pool,
        attributes: { 'server.address': `${to}.example` },
      });
      return spanId;
    };
    const work = add('internal', from, { parent: '', instance: 'caller' });
    const wrapper = isWrapped ? add('client', from, { parent: work, instance: 'caller' }) : work;
    const client = add('client', from, { parent: wrapper, instance: 'caller' });
    const server = add('server', to, { parent: client, instance: 'callee', isError });
    add('internal', to, { parent: server, instance: 'callee' });
  }
  return spans;
}

test('the map does not depend on the order in which spans arrive, and counts each call once', () => {
  fc.assert(
    fc.property(
      calls.chain((made) => {
        const spans = spansOf(made);
        return fc.tuple(
          fc.constant(made),
          fc.shuffledSubarray(spans, { minLength: spans.length }),
          fc.array(fc.integer({ min: 0, max: 100 }), { minLength: spans.length, maxLength: spans.length }),
        );
      }),
      ([made, spans, gaps]) => {
        const topology = new TopologyBuilder();
        let now = start;
        spans.forEach((span, i) => {
          now += gaps[i]!;
          topology.observe(span, now);
        });
        const wanted = new Map<string, { count: number; errors: number }>();
        for (const { from, to, isError } of made) {
          const known = wanted.get(`${from} ${to}`) ?? { count: 0, errors: 0 };
          wanted.set(`${from} ${to}`, { count: known.count + 1, errors: known.errors + (isError ? 1 : 0) });
        }
        const links = topology.links(now + 16_000);
        expect(links.map((link) => `${link.source} ${link.target}`).sort()).toEqual([...wanted.keys()].sort());
        for (const link of links) {
          const { count, errors } = wanted.get(`${link.source} ${link.target}`)!;
          expect(link.errorRate).toBeCloseTo(errors / count, 9);
        }
        const whole = topology.snapshot(now + 16_000, { limit: 2 }, () => ({ health: 'unknown', agents: 0 }));
        const all = topology.snapshot(now + 16_000, {}, () => ({ health: 'unknown', agents: 0 }));
        expect(whole.nodes.length + whole.hidden.nodes).toBe(all.nodes.length);
        expect(whole.links.length + whole.hidden.links).toBe(all.links.length);
      },
    ),
    { numRuns: 150 },
  );
});

const oddNumber = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e300, 5);
const oddSpan: fc.Arbitrary<Span> = fc.record({
  traceId: fc.constantFrom('', 'a', 'b'),
  spanId: fc.constantFrom('', '1', '2', '3', '4'),
  parentSpanId: fc.constantFrom('', '1', '2', '3', '4'),
  name: fc.string(),
  kind: fc.constantFrom(
    'internal' as const,
    'server' as const,
    'client' as const,
    'producer' as const,
    'consumer' as const,
  ),
  startMs: oddNumber,
  durationMs: oddNumber,
  isError: fc.boolean(),
  errorClass: fc.constantFrom('', '__proto__', 'x'.repeat(5_000)),
  instanceId: fc.constantFrom('', '__proto__', 'i', 'j'),
  pool: fc.constantFrom('', '__proto__', 'p', 'q', 'ns/p'),
  links: fc.array(fc.record({ traceId: fc.constantFrom('a', 'b'), spanId: fc.constantFrom('1', '2') }), {
    maxLength: 3,
  }),
  attributes: fc.dictionary(
    fc.constantFrom(
      'peer.service',
      'server.address',
      'messaging.destination.name',
      'db.system',
      'gen_ai.usage.input_tokens',
    ),
    fc.oneof(fc.string(), oddNumber, fc.boolean()),
  ),
});

test('hostile spans: nothing throws, no number is not a number, nothing waits for ever', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(oddSpan, fc.integer({ min: -20_000, max: 20_000 })), { maxLength: 60 }), (steps) => {
      const topology = new TopologyBuilder({ maxNodes: 6, maxLinks: 4, maxPendingSpans: 20, maxPendingPerTrace: 10 });
      const red = new RedWindow({ maxTracked: 3, maxPools: 3 });
      let now = start;
      for (const [span, gap] of steps) {
        now += gap;
        topology.observe(span, now);
        red.observe(span, now);
        expect(topology.pending).toBeLessThanOrEqual(20);
      }
      const links = topology.links(now);
      expect(links.length).toBeLessThanOrEqual(4);
      for (const link of links)
        for (const value of [link.rate, link.errorRate, link.p50 ?? 0]) expect(value).toBeGreaterThanOrEqual(0);
      for (const id of red.instances()) {
        const read = red.read(id, now)!;
        for (const value of [read.requestRate, read.mean ?? 0, read.p99 ?? 0, read.tokensRate]) {
          expect(value).toBeGreaterThanOrEqual(0);
        }
      }
      topology.links(now + 200_000);
      expect(topology.pending).toBe(0);
    }),
    { numRuns: 300 },
  );
});
