import type { Agent, AgentSummary, Beat, Connectivity, Health, Link, Pool, PoolMode, Topology } from '@jaegis/model';
import { type Rng, seededRng } from '@jaegis/std';

/** A made fleet for developing and testing the dashboard: the same for the same seed, in the shapes of the real API. */
export interface MadeFleet {
  readonly pools: MadePool[];
  readonly agents: MadeAgent[];
  readonly links: Link[];
}

export interface MadePool {
  readonly name: string;
  readonly base: number;
  readonly capacity: number;
  readonly latency: number;
  readonly tokens: number;
  readonly price: number | null;
  readonly min: number | null;
  readonly max: number | null;
  mode: PoolMode;
  readonly target: string | null;
  readonly isTroubled: boolean;
}

export interface MadeAgent {
  readonly row: AgentSummary;
  readonly reasons: readonly string[];
  readonly parts: Agent['parts'];
  readonly since: number;
}

export interface FleetPlan {
  readonly seed: number;
  readonly agents: number;
  readonly now: number;
  readonly scenario: 'healthy' | 'trouble' | 'empty';
}

const plans: readonly (readonly [string, number, number, number, number, number | null])[] = [
  ['research/planner', 14, 6, 0.18, 210, 0.11],
  ['research/searcher', 46, 9, 0.09, 0, 0.06],
  ['research/reader', 120, 11, 0.34, 1_850, 0.18],
  ['research/writer', 9, 1.4, 1.9, 960, 0.24],
  ['billing/invoices', 22, 14, 0.06, 0, 0.04],
  ['support/triage', 31, 5, 0.52, 640, 0.2],
  ['search/indexer', 64, 20, 0.04, 0, 0.05],
  ['research/load', 14, 400, 0.02, 0, null],
];
const regions = ['eu-central-1', 'eu-west-1', 'us-east-1'];
const versions = ['1.4.2', '1.4.2', '1.4.2', '1.5.0-rc.1'];

export function makeFleet(plan: FleetPlan): MadeFleet {
  if (plan.scenario === 'empty') return { pools: [], agents: [], links: [] };
  const rng = seededRng(plan.seed);
  const pools = plans.map(([name, base, capacity, latency, tokens, price]): MadePool => {
    const isWatched = name === 'research/load';
    return {
      name,
      base,
      capacity,
      latency,
      tokens,
      price,
      min: isWatched ? null : 2,
      max: isWatched ? null : 60,
      mode: name.startsWith('billing') ? 'recommend' : 'auto',
      target: isWatched ? null : 'process',
      isTroubled: plan.scenario === 'trouble' && name === 'research/reader',
    };
  });
  const agents: MadeAgent[] = [];
  for (let i = 0; i < plan.agents; i++) agents.push(makeAgent(pools[i % pools.length]!, i, { rng, plan }));
  return { pools, agents, links: makeLinks(plan) };
}

function makeAgent(pool: MadePool, index: number, options: { rng: Rng; plan: FleetPlan }): MadeAgent {
  const { rng, plan } = options;
  const number = Math.floor(index / plans.length) + 1;
  const instanceId = `${pool.name.split('/')[1]}-${number}`;
  const isTrouble = plan.scenario === 'trouble';
  let connectivity: Connectivity = 'live';
  let health: Health = 'healthy';
  let reason = 'serving as expected';
  let beats = Array.from({ length: 30 }, () => (rng.chance(0.25) ? 'b' : 'o')).join('');
  if (pool.isTroubled && number === 2) {
    connectivity = 'lost';
    reason = 'no heartbeat for 94 s (expected every 30 s)';
    beats = `${beats.slice(3)}mmm`;
  } else if (pool.isTroubled && number === 3) {
    connectivity = 'suspect';
    reason = 'no heartbeat for 48 s (expected every 30 s)';
    beats = `${beats.slice(1)}m`;
  } else if (pool.isTroubled && number === 4) {
    health = 'unhealthy';
    reason = 'P95 3.2 s, expected 280 to 460 ms, for 4 m';
    beats = `${beats.slice(6)}eebebe`;
  } else if (isTrouble && rng.chance(0.06)) {
    health = 'degraded';
    reason = 'memory grows 2.1 MiB/s, at its limit in 21 m';
  } else if (isTrouble && rng.chance(0.02)) {
    connectivity = 'stopped';
    reason = 'said goodbye: scaled down';
    beats = `${beats.slice(4)}dddd`;
  } else if (index % 97 === 5) {
    health = 'unknown';
    reason = 'too little heard yet to judge (2 of 10 samples)';
    beats = beats.slice(0, 4);
  }
  const isSilent = connectivity === 'lost' || connectivity === 'stopped';
  const share = 0.6 + rng.next() * 0.8;
  const score =
    connectivity === 'lost'
      ? 0
      : connectivity === 'suspect'
        ? 45
        : health === 'unhealthy'
          ? 31
          : health === 'degraded'
            ? 68
            : health === 'unknown'
              ? 100
              : 92 + rng.int(0, 8);
  const rate = isSilent ? null : (pool.base / 6) * share;
  const row: AgentSummary = {
    instanceId,
    pool: pool.name,
    connectivity,
    health,
    score,
    reason: health === 'healthy' && connectivity === 'live' ? '' : reason,
    lastSeen:
      plan.now -
      (connectivity === 'lost'
        ? 94_000
        : connectivity === 'suspect'
          ? 48_000
          : connectivity === 'stopped'
            ? 600_000
            : rng.int(0, 5_000)),
    version: rng.pick(versions),
    region: rng.pick(regions),
    beats,
    latencyP95: isSilent ? null : health === 'unhealthy' ? 3.2 : pool.latency * (0.8 + rng.next() * 0.5),
    rate,
    errorRate: isSilent ? null : health === 'unhealthy' ? 0.082 : rng.next() * 0.006,
    queueLength: isSilent ? null : rng.int(0, pool.isTroubled ? 40 : 6),
    cpu: isSilent ? null : 0.2 + rng.next() * 0.5,
    memoryBytes: isSilent ? null : (health === 'degraded' ? 700 : 90 + rng.next() * 120) * 1024 ** 2,
    tokensRate: isSilent || pool.tokens === 0 ? null : pool.tokens * share,
    costRate: isSilent ? null : pool.price,
  };
  const parts = {
    connectivity: {
      score: connectivity === 'live' ? 100 : score,
      reason:
        connectivity === 'live'
          ? `last heartbeat ${Math.round((plan.now - row.lastSeen) / 1_000)} s ago, every 30 s`
          : reason,
    },
    latency: {
      score: health === 'unhealthy' ? 24 : 97,
      reason: health === 'unhealthy' ? reason : 'P95 inside its expected band',
    },
    errors: {
      score: health === 'unhealthy' ? 52 : 99,
      reason: health === 'unhealthy' ? '8.2 % of requests fail, usually 0.3 %' : '0.3 % of requests fail, as usual',
    },
    progress: { score: 100, reason: '214 steps in the last minute' },
    resources: {
      score: health === 'degraded' ? 58 : 96,
      reason: health === 'degraded' ? reason : 'memory steady, CPU 41 % of one core',
    },
  };
  return {
    row,
    reasons: row.reason === '' ? [] : [row.reason],
    parts,
    since: plan.now - (connectivity === 'lost' ? 49_000 : 5_400_000),
  };
}

function makeLinks(plan: FleetPlan): Link[] {
  const link = (source: string, target: string, rate: number, rest: Partial<Link> = {}): Link => ({
    source,
    target,
    kind: 'http',
    rate,
    errorRate: 0.002,
    p50: 0.05,
    p95: 0.16,
    lastSeen: plan.now - 800,
    ...rest,
  });
  const isTrouble = plan.scenario === 'trouble';
  return [
    link('research/load', 'research/planner', 14),
    link('research/planner', 'research/searcher', 42),
    link('research/searcher', 'search/indexer', 46, { kind: 'grpc', p50: 0.008, p95: 0.03 }),
    link('research/planner', 'research/reader', 96, {
      p50: 0.2,
      p95: isTrouble ? 3.1 : 0.42,
      errorRate: isTrouble ? 0.074 : 0.003,
    }),
    link('research/reader', 'research/writer', 9, { kind: 'messaging' }),
    link('research/reader', 'api.openai.com', 88, {
      p50: 0.18,
      p95: isTrouble ? 2.9 : 0.4,
      errorRate: isTrouble ? 0.06 : 0.001,
    }),
    link('research/writer', 'api.openai.com', 9, { p50: 0.9, p95: 1.8 }),
    link('support/triage', 'research/searcher', 6),
    link('support/triage', 'billing/invoices', 3, { kind: 'grpc' }),
    link('billing/invoices', 'postgres:invoices', 58, { kind: 'database', p50: 0.002, p95: 0.009 }),
    link('search/indexer', 's3.eu-central-1.amazonaws.com', 12, { p50: 0.03, p95: 0.11 }),
  ];
}

/** The agent as `/agents` and the event stream show it. */
export function fullAgent(agent: MadeAgent, now: number): Agent {
  const { row } = agent;
  const statuses: Readonly<Record<string, Beat['status']>> = {
    o: 'ok',
    b: 'busy',
    d: 'draining',
    e: 'error',
    m: 'missed',
  };
  const beats = [...row.beats].map((letter, i) => ({
    at: now - (row.beats.length - i) * 30_000,
    status: statuses[letter] ?? 'ok',
  }));
  return {
    instanceId: row.instanceId,
    pool: row.pool,
    connectivity: row.connectivity,
    health: row.health,
    score: row.score,
    parts: agent.parts,
    reasons: agent.reasons,
    firstSeen: now - 7_200_000,
    lastSeen: row.lastSeen,
    version: row.version,
    labels: {
      'cloud.region': row.region,
      'host.name': 'made-host',
      'process.pid': '4711',
      'service.name': row.pool.split('/')[1] ?? row.pool,
    },
    status: 'ok',
    heartbeatIntervalMs: 30_000,
    beats,
    connectivitySince: agent.since,
    connectivityReason: row.connectivity === 'live' ? 'heartbeats every 30 s' : row.reason,
  };
}

export function makePool(
  pool: MadePool,
  fleet: MadeFleet,
  options: { now: number; read: (signal: string) => number | null },
): Pool {
  const { now, read } = options;
  const own = fleet.agents.filter((agent) => agent.row.pool === pool.name);
  const count = (connectivity: Connectivity) => own.filter((agent) => agent.row.connectivity === connectivity).length;
  const names = [
    'request_rate',
    'throughput',
    'latency_p50',
    'latency_p95',
    'latency_p99',
    'error_rate',
    'queue_length',
    'cpu_utilization',
    'memory_bytes',
    'saturation',
    'tokens_rate',
    'cost_rate',
  ] as const;
  const signals = Object.fromEntries(names.map((name) => [name, { value: read(name), at: now - 1_500 }]));
  return {
    name: pool.name,
    currentReplicas: { ready: count('live'), pending: pool.isTroubled ? 3 : 0, draining: 0 },
    desiredReplicas: pool.target === null ? null : count('live') + (pool.isTroubled ? 3 : 0),
    minReplicas: pool.min,
    maxReplicas: pool.max,
    mode: pool.mode,
    target: pool.target,
    signals,
    lastDecision: null,
    size: {
      verdict: 'too_large',
      reason: '92 MiB would do, has 400 MiB',
      cpu: { lower: 0.06, target: 0.14, upper: 0.2 },
      memory: { lower: 80_000_000, target: 96_468_992, upper: 101_000_000 },
      current: { cpu: null, memoryBytes: 419_430_400 },
    },
    regions:
      pool.target === null
        ? []
        : [
            { name: 'eu-central-1', replicas: 3, desired: 4, reason: 'the best with room; $0.12 an hour, 20 ms away' },
            {
              name: 'eu-west-1',
              replicas: 1,
              desired: 1,
              reason: 'as many as the rules ask for; $0.14 an hour, 34 ms away',
            },
            { name: 'us-east-1', replicas: 0, desired: 0, reason: 'has not gdpr' },
          ],
    vertical:
      pool.target === null
        ? null
        : { mode: 'auto', isEnforced: true, reason: 'held to by control groups, resized in place' },
    policy: { name: 'balanced', utilization: 0.8, quantile: 0.8, lateShare: 0.0045 },
    constraints:
      pool.target === null ? [] : ['at least 2 while any run', 'serves on with 1 lost', 'at most $12 an hour'],
    effect:
      pool.target === null
        ? null
        : {
            accuracy: 0.93,
            efficiency: 0.71,
            stability: 0.9,
            speed: 0.96,
            short: 0.004,
            startMs: 21_400,
            judged: 31,
            tuned: { startup: 1.9, headroom: 1, forecast: 0.5, patience: 1 },
          },
    costPerReplicaHour: pool.price,
    capacity:
      pool.target === null
        ? null
        : {
            perReplica: 5,
            source: 'learned',
            startupMs: 22_000,
            starts: { seen: 32, medianMs: 18_200, slowestMs: 31_000 },
            warmUpMs: 0,
            reason:
              'a replica serves 5 requests/s (learned while it did all it could); a start: half of the last 32 took up to 18.2s, the slowest 31s',
          },
    workload: {
      class: 'steady',
      reason: 'it stays within 14 % of its mean, a minute differs from the one before by 6 %',
    },
    treatment:
      'sized by the cheapest of the policies tried on its own load that kept late requests allowed: the newest demand, highest of 5m, +4 %',
    reasons: pool.isTroubled ? ['P95 3.1 s, target 500 ms', '1 of its agents is lost'] : [],
    score: pool.isTroubled ? 54 : 97,
    agents: { live: count('live'), suspect: count('suspect'), lost: count('lost'), stopped: count('stopped') },
  };
}

const openedAgents = 12;

export interface TopologyView {
  readonly focus?: string | undefined;
  readonly depth?: number | undefined;
  readonly expand?: readonly string[];
}

export function makeTopology(fleet: MadeFleet, now: number, view: TopologyView): Topology {
  const ids = new Set(fleet.links.flatMap((link) => [link.source, link.target]));
  for (const pool of fleet.pools) ids.add(pool.name);
  let kept = ids;
  if (view.focus !== undefined) {
    kept = new Set([view.focus]);
    for (let hop = 0; hop < (view.depth ?? 1); hop++) {
      for (const link of fleet.links) {
        if (kept.has(link.source) && !kept.has(link.target)) kept = new Set([...kept, link.target]);
        else if (kept.has(link.target) && !kept.has(link.source)) kept = new Set([...kept, link.source]);
      }
    }
  }
  const nodes: Topology['nodes'][number][] = [...kept].map((id) => {
    const pool = fleet.pools.find((each) => each.name === id);
    const agents = fleet.agents.filter((agent) => agent.row.pool === id).length;
    return {
      id,
      kind: pool === undefined ? 'virtual' : 'pool',
      pool: pool?.name ?? null,
      health: pool === undefined ? 'unknown' : pool.isTroubled ? 'unhealthy' : 'healthy',
      agents,
    };
  });
  // An opened pool gives way to its agents, and its links to theirs.
  const opened = new Set(view.expand?.filter((id) => kept.has(id)));
  const agentsOf = (pool: string) => fleet.agents.filter((agent) => agent.row.pool === pool).map((agent) => agent.row);
  const shown = nodes.filter((node) => !opened.has(node.id));
  let hiddenAgents = 0;
  for (const pool of opened) {
    const agents = agentsOf(pool);
    hiddenAgents += Math.max(0, agents.length - openedAgents);
    for (const row of agents.slice(0, openedAgents))
      shown.push({ id: row.instanceId, kind: 'agent', pool, health: row.health, agents: 1 });
  }
  const endsOf = (id: string) =>
    opened.has(id)
      ? agentsOf(id)
          .slice(0, openedAgents)
          .map((row) => row.instanceId)
      : [id];
  const links = fleet.links
    .filter((link) => kept.has(link.source) && kept.has(link.target))
    .flatMap((link) =>
      endsOf(link.source).flatMap((source) =>
        endsOf(link.target).map((target) => ({
          ...link,
          source,
          target,
          rate: link.rate / endsOf(link.source).length / endsOf(link.target).length,
        })),
      ),
    );
  const keptLinks = fleet.links.filter((link) => kept.has(link.source) && kept.has(link.target)).length;
  return {
    at: now,
    nodes: shown,
    links,
    hidden: {
      nodes: ids.size - kept.size + hiddenAgents,
      links: fleet.links.length - keptLinks,
    },
  };
}
