import type { Decision, Outcome } from '@jaegis/model';
import { judgeOutcome } from '@jaegis/scaling';
import type { MetadataStore } from '@jaegis/store';
import type { EventStream } from './event-stream.ts';
import type { PoolEntry } from './pool-book.ts';
import { targetProblem } from './target-problem.ts';

/** After the effect should be visible we wait this much longer before the verdict: signals are averages over 30 s. */
const graceMs = 30_000;
/** Decisions waiting for their outcome, over all pools. */
const maxOpen = 10_000;

/** Follows every action from its order to its outcome, over restarts too. */
export class OutcomeWatch {
  readonly #open = new Map<string, Decision>();
  readonly #metadata: MetadataStore;
  readonly #events: EventStream;
  readonly #onJudged: (decision: Decision, outcome: Outcome) => void;

  constructor(metadata: MetadataStore, events: EventStream, onJudged: (decision: Decision, outcome: Outcome) => void) {
    this.#onJudged = onJudged;
    this.#metadata = metadata;
    this.#events = events;
    for (const decision of metadata.decisions({ limit: 500 }).items) {
      const { state } = decision.action;
      if (decision.outcome === null && (state === 'ordered' || state === 'ready'))
        this.#open.set(decision.id, decision);
    }
  }

  /** A new action of a pool: earlier ones that are still open were overtaken by it. */
  follow(decision: Decision, now: number): void {
    for (const earlier of this.#open.values()) {
      if (earlier.pool !== decision.pool) continue;
      const { readyAt, state } = earlier.action;
      const action = { ...earlier.action, state: state === 'ready' ? state : ('superseded' as const) };
      const observed = { replicas: decision.inputs.replicas, signals: {}, readyAt, isSuperseded: true, problem: '' };
      this.#finish({ ...earlier, action }, judgeOutcome(earlier, observed, now));
    }
    if (this.#open.size < maxOpen) this.#open.set(decision.id, decision);
  }

  /** The newest order for more of a pool whose effect is still to come; `undefined` without one. */
  awaited(pool: string): Decision | undefined {
    let newest: Decision | undefined;
    for (const open of this.#open.values())
      if (open.pool === pool && open.to > open.from && open.at >= (newest?.at ?? 0)) newest = open;
    return newest;
  }

  /** Marks orders that became ready, and judges those whose effect should be visible. */
  tick(entry: PoolEntry, now: number): void {
    const { observation } = entry;
    if (observation === undefined) return;
    const { replicas } = observation;
    for (const open of this.#open.values()) {
      if (open.pool !== entry.name) continue;
      let decision = open;
      const isDone = decision.to >= decision.from ? replicas.ready >= decision.to : replicas.ready <= decision.to;
      if (decision.action.readyAt === null && isDone) {
        const action = {
          ...decision.action,
          state: 'ready' as const,
          readyAt: now,
          message: `${replicas.ready} ready`,
        };
        decision = { ...decision, action };
        this.#open.set(decision.id, decision);
        this.#save(decision);
      }
      if (now < decision.predicted.effectiveAt + graceMs) continue;
      const { readyAt } = decision.action;
      const problem = targetProblem(observation, now);
      const observed = { replicas, signals: entry.signals, readyAt, isSuperseded: false, problem };
      this.#finish(decision, judgeOutcome(decision, observed, now));
    }
  }

  #finish(decision: Decision, outcome: Outcome): void {
    this.#open.delete(decision.id);
    this.#save({ ...decision, outcome });
    this.#onJudged(decision, outcome);
  }

  #save(decision: Decision): void {
    this.#metadata.saveDecision(decision);
    this.#events.publish({ event: 'decision', data: decision });
  }
}
