import type { Span, SpanKind } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { TopologyBuilder } from './topology-builder.ts';

const start = 1_700_000_000_000;
let nextId = 0;

function hex(length: number): string {
  nextId++;
  return nextId.toString(16).padStart(length, '0');
}

function span(kind: SpanKind, pool: string, more: Partial<Span> = {}): Span {
  return {
    traceId: 'a'.repeat(32),
    spanId: hex(16),
    parentSpanId: '',
    name: 'work',
    kind,
    startMs: start,
    durationMs: 100,
    isError: false,
    errorClass: '',
    instanceId: `${pool}-1`,
    pool,
    attributes: {},
    ...more,
  };
}

/** A caller's and a callee's half of one call. */
function call(from: string, to: string, more: { client?: Partial<Span>; server?: Partial<Span> } = {}): [Span, Span] {
  const client = span('client', from, { durationMs: 120, parentSpanId: hex(16), ...more.client });
  return [client, span('server', to, { parentSpanId: client.spanId, ...more.server })];
}

function builder(...spans: Span[]): TopologyBuilder {
  const topology = new TopologyBuilder();
  for (const one of spans) topology.observe(one, start);
  return topology;
}

function ends(topology: TopologyBuilder, now = start): string[] {
  return topology.links(now).map((link) => `${link.source} -${link.kind}-> ${link.target}`);
}

const anyHealth = () => ({ health: 'healthy' as const, agents: 1 });

describe('pairs', () => {
  test('a call is found in whichever order its halves come, and measured by the caller', () => {
    for (const reverse of [false, true]) {
      const halves = call('planner', 'searcher');
      const topology = builder(...(reverse ? halves.reverse() : halves));
      const [link] = topology.links(start);
      expect(link).toMatchObject({
        source: 'planner',
        target: 'searcher',
        kind: 'http',
        errorRate: 0,
        lastSeen: start,
      });
      expect(link!.p50).toBeGreaterThan(0.114);
      expect(link!.p50).toBeLessThan(0.126);
      expect(link!.rate).toBe(0.2);
    }
  });

  test('the same span id in another trace is no parent', () => {
    const [client, server] = call('planner', 'searcher', { server: { traceId: 'b'.repeat(32) } });
    expect(ends(builder(client, server), start + 1_000)).toEqual([]);
  });

  test('a span delivered twice counts once', () => {
    const [client, server] = call('planner', 'searcher');
    const topology = builder(client, server, server, client);
    expect(topology.refused.duplicates).toBe(2);
    expect(topology.links(start)[0]?.rate).toBe(0.2);
  });

  test('gRPC, and errors of either side', () => {
    const grpc = { attributes: { 'rpc.system': 'grpc' } };
    const topology = builder(
      ...call('planner', 'searcher', { client: grpc, server: { ...grpc, isError: true } }),
      ...call('planner', 'searcher', { client: { ...grpc, isError: true }, server: grpc }),
      ...call('planner', 'searcher', { client: grpc, server: grpc }),
      ...call('planner', 'searcher', { client: grpc, server: grpc }),
    );
    expect(topology.links(start)).toMatchObject([{ kind: 'grpc', errorRate: 0.5 }]);
  });

  test('a caller without an instrumented client: its own span is the parent', () => {
    const work = span('internal', 'planner');
    const server = span('server', 'searcher', { parentSpanId: work.spanId });
    expect(ends(builder(server, work))).toEqual(['planner -http-> searcher']);
  });

  test('spans inside one process are no link', () => {
    const server = span('server', 'planner', { parentSpanId: hex(16) });
    const inner = span('server', 'planner', { parentSpanId: server.spanId });
    const work = span('internal', 'planner', { parentSpanId: inner.spanId });
    expect(ends(builder(work, inner, server))).toEqual([]);
  });

  test('peers of one pool are linked with each other', () => {
    const halves = call('planner', 'planner', { server: { instanceId: 'planner-2' } });
    const topology = builder(...halves);
    expect(ends(topology)).toEqual(['planner -http-> planner']);
    expect(topology.agentLinks(start, 'planner-2')).toMatchObject([{ source: 'planner-1', target: 'planner-2' }]);
  });
});

describe('peers that send no telemetry', () => {
  test.each([
    [{ 'peer.service': 'billing', 'server.address': '10.0.0.1' }, 'billing', 'http'],
    [{ 'server.address': 'api.example.com', 'server.port': 443 }, 'api.example.com:443', 'http'],
    [{ 'db.system': 'postgresql', 'server.address': 'db', 'server.port': 5432 }, 'postgresql db:5432', 'database'],
    [{ 'db.system.name': 'redis' }, 'redis', 'database'],
    [{ 'gen_ai.provider.name': 'openai' }, 'openai', 'http'],
  ] as const)('%j is the node %s', (attributes, name, kind) => {
    const topology = builder(span('client', 'planner', { attributes }));
    expect(ends(topology, start + 15_000)).toEqual([`planner -${kind}-> ${name}`]);
    const { nodes } = topology.snapshot(start + 15_000, {}, anyHealth);
    expect(nodes.find((node) => node.id === name)?.kind).toBe('virtual');
  });

  test('a call with nothing that names its peer is counted as such', () => {
    const topology = builder(span('client', 'planner'));
    expect(ends(topology, start + 15_000)).toEqual([]);
    expect(topology.refused.unnamedPeers).toBe(1);
  });

  test('a client span that wraps another is no call of its own', () => {
    const chat = span('client', 'planner', { attributes: { 'gen_ai.provider.name': 'openai' } });
    const http = span('client', 'planner', {
      parentSpanId: chat.spanId,
      attributes: { 'server.address': 'api.openai.com', 'server.port': 443 },
    });
    expect(ends(builder(http, chat), start + 15_000)).toEqual(['planner -http-> api.openai.com:443']);
  });

  test('a call to an agent that just died is an error of the link to its pool', () => {
    const attributes = { 'server.address': '127.0.0.1', 'server.port': 43121 };
    const topology = builder(...call('planner', 'searcher', { client: { attributes } }));
    topology.observe(span('client', 'planner', { attributes, isError: true }), start);
    expect(topology.links(start + 15_000)).toMatchObject([{ target: 'searcher', errorRate: 0.5 }]);
    expect(topology.agentLinks(start + 15_000, 'searcher-1')).toMatchObject([{ errorRate: 0.5 }]);
  });

  test('a short service name means the pool of that name', () => {
    const reader = span('internal', 'research/reader');
    const client = span('client', 'planner', { attributes: { 'peer.service': 'reader' } });
    expect(ends(builder(reader, client), start + 15_000)).toEqual(['planner -http-> research/reader']);
  });

  test('requests from nobody who is traced come from outside: roots at once, orphans after a minute', () => {
    expect(ends(builder(span('server', 'planner')))).toEqual(['outside -http-> planner']);
    const topology = builder(span('server', 'planner', { parentSpanId: hex(16) }));
    expect(ends(topology, start + 15_000)).toEqual([]);
    expect(ends(topology, start + 60_000)).toEqual(['outside -http-> planner']);
  });

  test('a caller whose span ends late is found all the same', () => {
    const work = span('internal', 'planner');
    const topology = builder(span('server', 'searcher', { parentSpanId: work.spanId }));
    topology.links(start + 20_000);
    topology.observe(work, start + 40_000);
    expect(ends(topology, start + 120_000)).toEqual(['planner -http-> searcher']);
  });
});

describe('messaging', () => {
  const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': 'pages' };

  test('by parent', () => {
    const producer = span('producer', 'searcher', { attributes });
    const consumer = span('consumer', 'reader', { attributes, parentSpanId: producer.spanId });
    expect(ends(builder(consumer, producer), start + 60_000)).toEqual(['searcher -messaging-> reader']);
  });

  test('by span link, in another trace', () => {
    const producer = span('producer', 'searcher', { attributes });
    const links = [{ traceId: producer.traceId, spanId: producer.spanId }];
    const consumer = span('consumer', 'reader', { attributes, links, traceId: 'c'.repeat(32) });
    expect(ends(builder(producer, consumer), start + 60_000)).toEqual(['searcher -messaging-> reader']);
    expect(ends(builder(consumer, producer), start + 60_000)).toEqual(['searcher -messaging-> reader']);
  });

  test('by the destination that both name', () => {
    const producer = span('producer', 'searcher', { attributes });
    const consumer = span('consumer', 'reader', { attributes, traceId: 'c'.repeat(32) });
    expect(ends(builder(producer, consumer), start + 60_000)).toEqual(['searcher -messaging-> reader']);
  });

  test('with several producers the destination stands between', () => {
    const topology = builder(
      span('producer', 'searcher', { attributes }),
      span('producer', 'planner', { attributes }),
      span('consumer', 'reader', { attributes, traceId: 'c'.repeat(32) }),
    );
    expect(ends(topology, start + 60_000).sort()).toEqual([
      'pages -messaging-> reader',
      'planner -messaging-> pages',
      'searcher -messaging-> pages',
    ]);
  });
});

describe('time', () => {
  test('rates fall to nothing, the link is listed for a day', () => {
    const topology = builder(...call('planner', 'searcher'));
    const later = start + 3_600_000;
    expect(topology.links(later)).toMatchObject([{ rate: 0, p50: null, lastSeen: start }]);
    expect(topology.links(start + 86_400_000)).toEqual([]);
  });

  test('peers that nobody calls any more leave the map after a quarter of an hour, counted; pools stay', () => {
    const topology = builder(
      ...call('planner', 'searcher'),
      span('client', 'planner', { attributes: { 'peer.service': 'billing' } }),
    );
    topology.links(start + 15_000);
    const fresh = topology.snapshot(start + 900_000, {}, anyHealth);
    expect(fresh.nodes.map((node) => node.id)).toContain('billing');
    const later = topology.snapshot(start + 1_000_000, {}, anyHealth);
    expect(later.nodes.map((node) => node.id)).toEqual(['planner', 'searcher']);
    expect(later.hidden).toEqual({ nodes: 1, links: 1 });
    const asked = topology.snapshot(start + 1_000_000, { focus: 'billing' }, anyHealth);
    expect(asked.nodes.map((node) => node.id)).toEqual(['billing', 'planner']);
  });

  test('a clock set back does no harm', () => {
    const topology = builder(...call('planner', 'searcher'));
    const [client, server] = call('planner', 'reader');
    topology.observe(client, start - 3_600_000);
    topology.observe(server, start - 3_600_000);
    expect(ends(topology, start - 3_600_000).sort()).toEqual(['planner -http-> reader', 'planner -http-> searcher']);
  });
});

describe('bounds', () => {
  test('nodes, links, waiting spans: beyond the limit they are refused and counted', () => {
    const topology = new TopologyBuilder({ maxNodes: 3, maxPendingSpans: 4, maxPendingPerTrace: 2 });
    for (let i = 0; i < 5; i++) topology.observe(span('internal', 'planner', { parentSpanId: hex(16) }), start);
    expect(topology.refused.spansOfOneTrace).toBe(3);
    for (let i = 0; i < 5; i++) topology.observe(span('internal', 'planner', { traceId: hex(32) }), start);
    expect(topology.refused.pendingSpans).toBe(3);
    for (let i = 0; i < 4; i++) topology.observe(span('internal', `pool-${i}`), start);
    expect(topology.refused.nodes).toBe(2);
    expect(topology.pending).toBe(4);
    topology.links(start + 15_000);
    expect(topology.pending).toBe(0);
  });
});

describe('the map', () => {
  const fleet = () =>
    builder(
      span('server', 'planner'),
      ...call('planner', 'searcher'),
      ...call('searcher', 'reader'),
      ...call('searcher', 'reader', { server: { instanceId: 'reader-2' } }),
      ...call('reader', 'writer'),
    );

  test('is pools and the links between them', () => {
    const map = fleet().snapshot(start, {}, anyHealth);
    expect(map.nodes.map((node) => node.id).sort()).toEqual(['outside', 'planner', 'reader', 'searcher', 'writer']);
    expect(map.links).toHaveLength(4);
    expect(map.hidden).toEqual({ nodes: 0, links: 0 });
  });

  test('around one node, with what is hidden counted', () => {
    const map = fleet().snapshot(start, { focus: 'writer', depth: 1 }, anyHealth);
    expect(map.nodes.map((node) => node.id)).toEqual(['writer', 'reader']);
    expect(map.hidden).toEqual({ nodes: 3, links: 3 });
  });

  test('with one pool opened into its agents', () => {
    const map = fleet().snapshot(start, { expand: ['reader'] }, anyHealth);
    expect(map.nodes.filter((node) => node.kind === 'agent').map((node) => node.id)).toEqual(['reader-1', 'reader-2']);
    expect(map.links.map((link) => `${link.source} ${link.target}`).sort()).toEqual([
      'outside planner',
      'planner searcher',
      'reader-1 writer',
      'searcher reader-1',
      'searcher reader-2',
    ]);
  });

  test('no larger than asked, with pools that nobody saw in spans', () => {
    const map = fleet().snapshot(start, { limit: 3, pools: ['quiet'] }, anyHealth);
    expect(map.nodes).toHaveLength(3);
    expect(map.hidden.nodes).toBe(3);
    const all = fleet().snapshot(start, { pools: ['quiet'] }, anyHealth);
    expect(all.nodes.map((node) => node.id)).toContain('quiet');
  });

  test('declared links are on it until spans show them', () => {
    const topology = new TopologyBuilder();
    topology.declare('planner', 'archive');
    expect(ends(topology)).toEqual(['planner -declared-> archive']);
    for (const one of call('planner', 'archive')) topology.observe(one, start);
    expect(ends(topology)).toEqual(['planner -http-> archive']);
    expect(topology.isLinked('archive', 'planner')).toBe(true);
    expect(topology.isCaller('archive', 'planner')).toBe(false);
  });
});
