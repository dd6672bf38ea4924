import { type BehaviorChange, BehaviorWatch, behaviorOpens, describeBehavior, speakBehavior } from '@jaegis/analytics';
import type { AgentBehavior, Anomaly, Signals } from '@jaegis/model';
import type { MetadataStore } from '@jaegis/store';
import { loadLearned, saveLearned } from './learned-blobs.ts';

const learnedKey = 'behavior/learned';
const metric = 'jaegis_agent_behavior';

export interface BehaviorAgent {
  readonly id: string;
  readonly signals: Signals;
}

/** Who behaves unlike its own past or its peers: the profiles, and the anomalies that are open. */
export class Behavior {
  readonly #watch: BehaviorWatch;
  readonly #open = new Map<string, Anomaly>();
  readonly #nextId: (prefix: string, now: number) => string;
  #agentTicks = 0;
  #spentMs = 0;

  /** Takes back what was learned before a restart. What was open then has ended with it: it opens again when it lasts. */
  constructor(o: {
    agentLimit: number;
    metadata: MetadataStore;
    isKnown: (id: string) => boolean;
    nextId: (prefix: string, now: number) => string;
    now: number;
  }) {
    this.#watch = new BehaviorWatch(o.agentLimit);
    this.#nextId = o.nextId;
    const learned = loadLearned(o.metadata, learnedKey);
    if (learned !== undefined && this.#watch.restore(learned.bytes, learned.rows))
      for (const id of Object.keys(learned.rows)) if (!o.isKnown(id)) this.#watch.forget(id);
    for (const anomaly of o.metadata.anomalies({ limit: 1_000 }).items)
      if (anomaly.endedAt === null && anomaly.series['__name__'] === metric)
        o.metadata.saveAnomaly({ ...anomaly, endedAt: o.now });
  }

  /** One tick of one pool; the anomalies that opened or ended. */
  observe(pool: string, agents: readonly BehaviorAgent[], o: { now: number; stopwatch: () => number }): Anomaly[] {
    const startedAt = o.stopwatch();
    const changes = this.#watch.observePool(agents, o.now);
    this.#agentTicks += agents.length;
    this.#spentMs += o.stopwatch() - startedAt;
    if (changes.length === 0) return [];
    const signals = new Map(agents.map((agent) => [agent.id, agent.signals]));
    return changes.flatMap((change) => this.#tell(pool, change, signals.get(change.id) ?? {}, o.now));
  }

  forget(id: string, now: number): Anomaly[] {
    return this.#watch.forget(id).flatMap((change) => this.#tell('', change, {}, now));
  }

  open(): Anomaly[] {
    return [...this.#open.values()];
  }

  describe(id: string, signals: Signals): AgentBehavior | undefined {
    return describeBehavior(this.#watch, id, signals);
  }

  get refused(): number {
    return this.#watch.refused;
  }

  /** Microseconds for each agent and tick since the start, and bytes of profile for each agent. */
  stats(): { microsecondsPerAgent: number | null; bytesPerAgent: number } {
    const { bytesPerAgent } = this.#watch.profiles;
    return {
      microsecondsPerAgent: this.#agentTicks === 0 ? null : (1_000 * this.#spentMs) / this.#agentTicks,
      bytesPerAgent,
    };
  }

  /** Keeps what was learned for the next start; `breathe` gives others their turn meanwhile. */
  save(metadata: MetadataStore, breathe?: () => Promise<void>): Promise<void> {
    return saveLearned(metadata, learnedKey, this.#watch.snapshot(), breathe);
  }

  #tell(pool: string, change: BehaviorChange, signals: Signals, now: number): Anomaly[] {
    const { id, comparison } = change;
    const key = `${comparison}/${id}`;
    const known = this.#open.get(key);
    if (!change.opened) {
      this.#open.delete(key);
      return known === undefined ? [] : [{ ...known, endedAt: now }];
    }
    const state = this.#watch.state(id)!;
    const differences = this.#watch.differences(id, signals, comparison);
    const strangeness = comparison === 'peers' ? state.peers : state.own;
    const { when } = this.#watch.profiles.words(state.row, state.cell);
    const anomaly: Anomaly = {
      id: this.#nextId('an', now),
      at: now,
      agent: id,
      pool,
      series: { __name__: metric, comparison, instance_id: id, pool },
      signal: 'behavior',
      value: strangeness,
      expected: 1,
      lower: 0,
      upper: behaviorOpens,
      score: 1 - 0.05 * 2 ** -(strangeness - behaviorOpens),
      endedAt: null,
      reason: speakBehavior(comparison, when, differences),
      top: differences.map(({ signal, distance }) => `${signal}:${Math.abs(distance).toFixed(1)}`).join(';'),
    };
    this.#open.set(key, anomaly);
    return [anomaly];
  }
}
