import type {
  Agent,
  AgentReport,
  AgentSummary,
  Decision,
  FleetEvent,
  FleetReport,
  Incident,
  Page,
  Pool,
  PoolMode,
} from '@jaegis/model';
import {
  type FleetPlan,
  fullAgent,
  type MadeAgent,
  type MadeFleet,
  type MadePool,
  makeFleet,
  makePool,
  makeTopology,
} from './made-fleet.ts';
import {
  makeAlerts,
  makeAnomalies,
  makeDecisions,
  makeIncidents,
  makeLogs,
  makeSystem,
  makeTimeline,
} from './made-happenings.ts';
import { MadeQueries } from './made-queries.ts';
import { MadeSignals } from './made-signals.ts';
import { MadeSilences } from './made-silences.ts';
import { makeTuning } from './made-tuning.ts';

export interface MadeApiOptions {
  readonly agents: number;
  readonly scenario: FleetPlan['scenario'];
  readonly seed?: number;
}

type NewEvent = FleetEvent extends infer E ? (E extends FleetEvent ? Omit<E, 'seq'> : never) : never;

/** Answers every question that the dashboard asks, in the shapes of contracts.md, out of a made fleet. */
export class MadeApi {
  readonly fleet: MadeFleet;
  readonly signals: MadeSignals;
  readonly #startedAt = Date.now();
  readonly #queries: MadeQueries;
  #incidents: Incident[];
  #events: NewEvent[] = [];

  constructor(options: MadeApiOptions) {
    this.fleet = makeFleet({
      seed: options.seed ?? 7,
      agents: options.agents,
      scenario: options.scenario,
      now: this.#startedAt,
    });
    this.signals = new MadeSignals(this.fleet, this.#startedAt);
    this.#queries = new MadeQueries(this.fleet, this.signals);
    this.#incidents = makeIncidents(this.fleet, this.#startedAt);
  }

  takeEvents(): NewEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  incident(id: string): Incident | undefined {
    return this.#incidents.find((each) => each.id === id);
  }

  agent(id: string): Agent | undefined {
    const found = this.fleet.agents.find((each) => each.row.instanceId === id);
    return found && fullAgent(found, Date.now());
  }

  /** `undefined` is 404. */
  readonly #silences = new MadeSilences();

  answer(method: string, url: URL, body: unknown): unknown {
    const [, , area, ...rest] = url.pathname.split('/').map(decodeURIComponent);
    if (area === 'v1') return this.#names(rest) ?? this.#prometheus(rest[0] ?? '', url.searchParams);
    if (area === 'v2')
      return this.#silences.answer(method, rest, { body, alerts: () => makeAlerts(this.fleet, this.#startedAt) });
    const [what, id, action] = rest;
    if (method !== 'GET')
      return this.#change(`${what}/${action ?? ''}`, id ?? '', (body ?? {}) as Record<string, unknown>);
    return id === undefined ? this.#list(what ?? '', url.searchParams) : this.#one(what ?? '', id, action);
  }

  #list(what: string, query: URLSearchParams): unknown {
    const now = Date.now();
    const pool = query.get('pool') ?? undefined;
    const inPool = <T extends { pool: string }>(items: T[]) =>
      items.filter((item) => pool === undefined || item.pool === pool);
    switch (what) {
      case 'health':
        return this.#health(now);
      case 'agents':
        return query.get('view') === 'summary'
          ? this.#summaries(query, now)
          : page(
              inPool(this.fleet.agents.map((each) => fullAgent(each, now))).slice(0, Number(query.get('limit') ?? 100)),
            );
      case 'pools':
        return page(this.fleet.pools.map((each) => this.#pool(each, now)));
      case 'decisions':
        return page(
          this.#decisions(now, pool).filter(
            (each) => each.at >= Number(query.get('from') ?? 0) && each.at <= Number(query.get('to') ?? now),
          ),
        );
      case 'tuning':
        return page(pool === undefined ? [] : makeTuning(pool, now));
      case 'incidents':
        return page(this.#incidents);
      case 'alerts':
        return page(inPool(makeAlerts(this.fleet, this.#startedAt)));
      case 'anomalies':
        return page(
          inPool(makeAnomalies(this.fleet, this.#startedAt)).filter(
            (each) => query.get('agent') === null || each.agent === query.get('agent'),
          ),
        );
      case 'timeline':
        return page(
          makeTimeline(
            {
              decisions: this.#decisions(now),
              incidents: this.#incidents,
              alerts: makeAlerts(this.fleet, this.#startedAt),
              anomalies: makeAnomalies(this.fleet, this.#startedAt),
            },
            Number(query.get('from') ?? now - 3_600_000),
          ).slice(0, 200),
        );
      case 'forecasts':
        return page(
          this.fleet.pools
            .filter((each) => (pool === undefined || each.name === pool) && each.target !== null)
            .map((each) => this.signals.forecast(each, now)),
        );
      case 'links':
        return page(this.fleet.links);
      case 'topology':
        return makeTopology(this.fleet, now, {
          focus: query.get('focus') ?? undefined,
          depth: Number(query.get('depth') ?? 1),
          expand: query.get('expand')?.split(',') ?? [],
        });
      case 'bands':
        return this.signals.bands({ agent: query.get('agent') ?? undefined, pool }, query.get('signal') ?? '', {
          from: Number(query.get('from')),
          to: Number(query.get('to')),
          stepMs: Number(query.get('step') ?? 5_000),
        });
      case 'system':
        return makeSystem(this.fleet, now, this.#startedAt);
      default:
        return undefined;
    }
  }

  #one(what: string, id: string, part: string | undefined): unknown {
    const now = Date.now();
    if (what === 'pools') return this.#findPool(id) && this.#pool(this.#findPool(id)!, now);
    if (what === 'decisions') return this.#decisions(now).find((each) => each.id === id);
    if (what === 'incidents') return this.incident(id);
    if (what !== 'agents') return undefined;
    const found = this.fleet.agents.find((each) => each.row.instanceId === id);
    if (found === undefined) return undefined;
    if (part === 'logs') return page(makeLogs(id, found.row.pool, now));
    if (part === 'output')
      return {
        lines: Array.from(
          { length: 80 },
          (_, i) => `[${i}] ${id} passage ${i * 7} read, ${i % 9 === 0 ? 'retry after 503' : 'ok'}`,
        ),
      };
    return this.#report(found, now);
  }

  #change(what: string, id: string, body: Record<string, unknown>): unknown {
    const now = Date.now();
    if (what === 'agents/commands') return { id: 'c-1', kind: body['kind'], at: now, reason: body['reason'] ?? '' };
    if (what === 'pools/mode') {
      const pool = this.#findPool(id);
      if (pool === undefined) return undefined;
      pool.mode = body['mode'] as PoolMode;
      return this.#pool(pool, now);
    }
    if (what === 'feedback/') return body;
    const incident = this.incident(id);
    if (incident === undefined) return undefined;
    const by = String(body['by'] ?? 'someone');
    const text = String(body['text'] ?? '');
    const next: Incident =
      what === 'incidents/ack'
        ? {
            ...incident,
            state: 'acknowledged',
            acknowledgedBy: by,
            timeline: [
              ...incident.timeline,
              { at: now, what: `Acknowledged by ${by}`, reason: 'asked for by a person' },
            ],
          }
        : what === 'incidents/note'
          ? { ...incident, notes: [...incident.notes, { at: now, by, text }] }
          : {
              ...incident,
              feedback: [
                ...incident.feedback,
                { at: now, verdict: body['verdict'] as Incident['feedback'][number]['verdict'], text },
              ],
            };
    this.#incidents = this.#incidents.map((each) => (each.id === id ? next : each));
    this.#events.push({ event: 'incident', data: next });
    return next;
  }

  /** Names for completion, as the real ones are. */
  #names([what, label]: readonly string[]): unknown {
    if (what === 'labels') return { status: 'success', data: ['__name__', 'instance_id', 'pool', 'signal', 'state'] };
    if (what !== 'label') return undefined;
    const values: Readonly<Record<string, readonly string[]>> = {
      __name__: ['jaegis_agent_signal', 'jaegis_link_signal', 'jaegis_pool_replicas', 'jaegis_pool_signal'],
      pool: this.fleet.pools.map((pool) => pool.name),
    };
    return { status: 'success', data: values[label ?? ''] ?? [] };
  }

  #prometheus(what: string, query: URLSearchParams): unknown {
    const isRange = what === 'query_range';
    const to = Number(query.get(isRange ? 'end' : 'time')) * 1_000;
    const range = {
      from: isRange ? Number(query.get('start')) * 1_000 : to - 5_000,
      to,
      stepMs: isRange ? Number(query.get('step')) * 1_000 : 5_000,
    };
    const result = this.#queries.evaluate(query.get('query') ?? '', range);
    return result && { status: 'success', data: { resultType: 'matrix', result } };
  }

  #findPool(name: string): MadePool | undefined {
    return this.fleet.pools.find((each) => each.name === name);
  }

  #pool(pool: MadePool, now: number): Pool {
    const made = makePool(pool, this.fleet, { now, read: (signal) => this.signals.pool(pool, signal, now) });
    return { ...made, lastDecision: this.#decisions(now, pool.name)[0] ?? null };
  }

  #decisions(now: number, pool?: string): Decision[] {
    return this.fleet.pools
      .filter((each) => pool === undefined || each.name === pool)
      .flatMap((each) => makeDecisions(each, this.signals, now))
      .sort((a, b) => b.at - a.at);
  }

  #summaries(query: URLSearchParams, now: number): Page<AgentSummary> & { at: number } {
    const since = Number(query.get('since') ?? 0);
    const rows = this.fleet.agents.map((each) => each.row);
    // Between two questions one agent in fifty has changed.
    const changed =
      since === 0
        ? rows
        : rows
            .filter((_, i) => i % 50 === Math.floor(now / 2_000) % 50)
            .map((row) => ({
              ...row,
              rate: row.rate === null ? null : row.rate * (0.95 + 0.1 * ((now / 1_000) % 1)),
              lastSeen: row.connectivity === 'live' ? now - 900 : row.lastSeen,
            }));
    return { ...page(changed), at: now };
  }

  #report(agent: MadeAgent, now: number): AgentReport {
    const { row } = agent;
    const own = (signal: string) => this.signals.agent(row.instanceId, signal, now);
    return {
      ...fullAgent(agent, now),
      decline:
        row.health === 'degraded'
          ? {
              signal: 'latency_p95',
              value: 0.42,
              limit: 0.8,
              at: now + 720_000,
              earliest: now + 540_000,
              latest: now + 1_500_000,
              reason:
                'latency p95 rises by 32 ms a minute while the load does not, now 420 ms: reaches 800 ms in 12m (9m to 25m)',
            }
          : null,
      responseTime: {
        mean: own('latency_p50'),
        p50: own('latency_p50'),
        p95: own('latency_p95'),
        p99: own('latency_p99'),
        trend: { now: own('latency_p95'), before: 0.36, direction: row.health === 'unhealthy' ? 'rising' : 'steady' },
      },
      work: {
        throughput: own('throughput'),
        successRate: 1 - (own('error_rate') ?? 0),
        queueLength: own('queue_length'),
        progressRate: 3.6,
        tokensRate: own('tokens_rate'),
      },
      errors: {
        rate: own('error_rate'),
        classes:
          row.health === 'unhealthy'
            ? [
                { name: 'UpstreamTimeout', count: 214, severity: 'high' },
                { name: 'RateLimited', count: 31, severity: 'low' },
              ]
            : [],
        recoveryTime: 42,
      },
      resources: {
        cpu: own('cpu_utilization'),
        memoryBytes: own('memory_bytes'),
        memoryUtilization: 0.31,
        networkBytes: null,
      },
      anomalies: makeAnomalies(this.fleet, this.#startedAt).filter((each) => each.agent === row.instanceId),
      links: this.fleet.links.filter((link) => link.source === row.pool || link.target === row.pool),
      recommendations:
        row.health === 'unhealthy'
          ? ['Its peers are as slow: look at api.openai.com first.', 'A restart will not help while the peer is slow.']
          : [],
      process:
        row.connectivity === 'stopped' ? null : { pid: 4711, startedAt: now - 7_200_000, restarts: 0, state: 'ready' },
    };
  }

  #health(now: number): FleetReport {
    const count = (connectivity: Agent['connectivity']) =>
      this.fleet.agents.filter((each) => each.row.connectivity === connectivity).length;
    const isTroubled = this.fleet.pools.some((pool) => pool.isTroubled);
    const isEmpty = this.fleet.pools.length === 0;
    return {
      generatedAt: now,
      historySince: isEmpty ? null : now - 8_040_000,
      score: isEmpty ? 100 : isTroubled ? 71 : 97,
      state: isEmpty ? 'empty' : isTroubled ? 'degraded' : 'healthy',
      parts: isEmpty
        ? {}
        : {
            agents: {
              score: isTroubled ? 64 : 99,
              reason: isTroubled
                ? 'reader-2 lost: no heartbeat for 94 s (expected every 30 s)'
                : 'all that should be there are there',
            },
            latency: {
              score: isTroubled ? 41 : 98,
              reason: isTroubled
                ? 'research/reader: P95 3.1 s, target 500 ms, for 9 m'
                : 'P95 of every pool inside its band',
            },
            errors: {
              score: isTroubled ? 66 : 99,
              reason: isTroubled ? '7.4 % of calls to research/reader fail' : '0.3 % of requests fail, as usual',
            },
            capacity: {
              score: isTroubled ? 74 : 95,
              reason: isTroubled
                ? 'research/reader at 142 % of what it carries, 3 replicas on the way'
                : '61 % of capacity in use, enough for the next hour',
            },
            coverage: { score: 100, reason: 'everything expected was received' },
          },
      agents: { live: count('live'), suspect: count('suspect'), lost: count('lost'), stopped: count('stopped') },
      anomalies: makeAnomalies(this.fleet, this.#startedAt),
      forecasts: this.fleet.pools
        .filter((pool) => pool.target !== null)
        .map((pool) => this.signals.forecast(pool, now)),
      alerts: makeAlerts(this.fleet, this.#startedAt),
      incidents: this.#incidents.filter((each) => each.state !== 'resolved'),
      coverage: {
        expected: this.fleet.agents.length,
        received: this.fleet.agents.length - (isTroubled ? 2 : 0),
        missing: isTroubled ? ['reader-2', 'reader-3'] : [],
      },
      recommendations: isTroubled
        ? ['Look at api.openai.com before restarting readers: their CPU fell while they wait.']
        : [],
    };
  }
}

function page<T>(items: readonly T[]): Page<T> {
  return { items, total: items.length, next: null };
}
