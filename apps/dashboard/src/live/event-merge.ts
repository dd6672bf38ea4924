import type {
  Agent,
  AgentSummary,
  Decision,
  FleetEvent,
  Incident,
  Page,
  Pool,
  SampleBatchEvent,
  SignalName,
  TimelineItem,
} from '@jaegis/model';

// How an event changes what is already on the screen. Pure, and bounded: a list never grows past `keptItems`.

const keptItems = 500;

/** Replaces the item with the same id where it stands, or puts a new one at the top. */
export function mergeById<T extends { readonly id: string }>(page: Page<T>, item: T): Page<T> {
  const index = page.items.findIndex((each) => each.id === item.id);
  if (index >= 0) return { ...page, items: page.items.with(index, item) };
  return { ...page, items: [item, ...page.items].slice(0, keptItems), total: page.total + 1 };
}

/** The tick's signal values into the pools that it names; the others are untouched, and keep their identity. */
export function mergeSamples(page: Page<Pool>, batch: SampleBatchEvent): Page<Pool> {
  const items = page.items.map((pool) => {
    const values = batch.pools[pool.name];
    if (values === undefined) return pool;
    const signals = { ...pool.signals };
    for (const [name, value] of Object.entries(values)) signals[name as SignalName] = { value, at: batch.at };
    return { ...pool, signals };
  });
  return { ...page, items };
}

/** A decision into its pool: the replica counts that it saw, and what it wants. */
export function mergeDecision(page: Page<Pool>, decision: Decision): Page<Pool> {
  const items = page.items.map((pool) => {
    if (pool.name !== decision.pool) return pool;
    if (pool.lastDecision !== null && pool.lastDecision.at > decision.at) return pool;
    const desiredReplicas = pool.mode !== 'recommend' && pool.mode !== 'paused' ? decision.to : pool.desiredReplicas;
    return { ...pool, lastDecision: decision, desiredReplicas };
  });
  return { ...page, items };
}

/** What the timeline says of an event; `null` for what is not worth a line. */
export function timelineItemOf(event: FleetEvent): TimelineItem | null {
  switch (event.event) {
    case 'decision': {
      const { id, at, pool, from, to, message } = event.data;
      return from === to
        ? null
        : { at, kind: 'decision', id, pool, title: `${pool}: ${from} to ${to} replicas`, reason: message };
    }
    case 'alert': {
      const { id, state, pool, summary, reason, firedAt, resolvedAt } = event.data;
      if (state !== 'firing' && state !== 'resolved') return null;
      return {
        at: (state === 'firing' ? firedAt : resolvedAt) ?? event.data.activeAt,
        kind: 'alert',
        id,
        pool,
        title: state === 'resolved' ? `${summary} (resolved)` : summary,
        reason,
      };
    }
    case 'incident':
      return {
        at: event.data.startedAt,
        kind: 'incident',
        id: event.data.id,
        pool: event.data.pool,
        title: event.data.title,
        reason: event.data.cause.evidence[0] ?? event.data.cause.kind,
      };
    case 'anomaly':
      return {
        at: event.data.at,
        kind: 'anomaly',
        id: event.data.id,
        pool: event.data.pool,
        title: event.data.reason,
        reason: event.data.signal,
      };
    default:
      return null;
  }
}

/** Puts an item in its place, newest first; the same thing told again replaces itself. */
export function mergeTimeline(page: Page<TimelineItem>, item: TimelineItem): Page<TimelineItem> {
  const rest = page.items.filter((each) => each.id !== item.id || each.kind !== item.kind);
  const index = rest.findIndex((each) => each.at <= item.at);
  const items = index < 0 ? [...rest, item] : rest.toSpliced(index, 0, item);
  return { ...page, items: items.slice(0, keptItems), total: Math.max(page.total, items.length) };
}

const beatLetters = { ok: 'o', busy: 'b', draining: 'd', error: 'e', missed: 'm' } as const;

/** The state of an agent into its row of the table. Numbers come with the next summary. */
export function rowOfAgent(agent: Agent, before: AgentSummary | undefined): AgentSummary {
  return {
    latencyP95: null,
    rate: null,
    errorRate: null,
    queueLength: null,
    cpu: null,
    memoryBytes: null,
    tokensRate: null,
    costRate: null,
    ...before,
    instanceId: agent.instanceId,
    pool: agent.pool,
    connectivity: agent.connectivity,
    health: agent.health,
    score: agent.score,
    reason: agent.connectivity === 'live' ? (agent.reasons[0] ?? '') : agent.connectivityReason,
    lastSeen: agent.lastSeen,
    version: agent.version,
    region: agent.labels['cloud.region'] ?? before?.region ?? '',
    beats: agent.beats.map((beat) => beatLetters[beat.status]).join(''),
  };
}

/** Incidents that still need someone, worst and newest first. */
export function needsSomeone(incidents: readonly Incident[]): Incident[] {
  const weight = { critical: 0, warning: 1, info: 2 } as const;
  return incidents
    .filter((incident) => incident.state !== 'resolved')
    .sort(
      (a, b) =>
        Number(a.state === 'acknowledged') - Number(b.state === 'acknowledged') ||
        weight[a.severity] - weight[b.severity] ||
        b.startedAt - a.startedAt,
    );
}
