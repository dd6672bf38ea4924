import type { Decision } from '@jaegis/model';
import { judgeOutcome } from '@jaegis/scaling';
import type { MetadataStore } from '@jaegis/store';
import type { EventStream } from './event-stream.ts';
import type { PoolEntry } from './pool-book.ts';

/** After the effect should be visible we wait this much longer before the verdict: signals are averages over 30 s. */
const graceMs = 30_000;
/** Decisions waiting for their outcome, over all pools. */
const maxOpen = 10_000;

/** Follows every action from its order to its outcome, over restarts too. */
export class OutcomeWatch {
  readonly #open = new Map<string, Decision>();
  readonly #metadata: MetadataStore;
  readonly #events: EventStream;

  constructor(metadata: MetadataStore, events: EventStream) {
    this.#metadata = metadata;
    this.#events = events;
    for (const decision of metadata.decisions({ limit: 500 }).items) {
      if (decision.outcome === null && (decision.action.state === 'ordered' || decision.action.state === 'ready'))
        this.#open.set(decision.id, decision);
    }
  }

  /** A new action of a pool: earlier ones that are still open were overtaken by it. */
  follow(decision: Decision, now: number): void {
    for (const earlier of this.#open.values()) {
      if (earlier.pool !== decision.pool) continue;
      this.#finish(
        { ...earlier, action: { ...earlier.action, state: earlier.action.state === 'ready' ? 'ready' : 'superseded' } },
        {
          at: now,
          saturation: null,
          readyReplicas: decision.inputs.replicas.ready,
          tookMs:
            earlier.action.readyAt === null || earlier.action.orderedAt === null
              ? null
              : earlier.action.readyAt - earlier.action.orderedAt,
          verdict: 'overtaken',
          message: `overtaken by ${decision.id} before its effect could be judged`,
        },
      );
    }
    if (this.#open.size < maxOpen) this.#open.set(decision.id, decision);
  }

  /** Marks orders that became ready, and judges those whose effect should be visible. */
  tick(entry: PoolEntry, now: number): void {
    const ready = entry.observation?.replicas.ready;
    if (ready === undefined) return;
    for (const open of this.#open.values()) {
      if (open.pool !== entry.name) continue;
      let decision = open;
      const isDone = decision.to >= decision.from ? ready >= decision.to : ready <= decision.to;
      if (decision.action.readyAt === null && isDone) {
        decision = {
          ...decision,
          action: { ...decision.action, state: 'ready', readyAt: now, message: `${ready} ready` },
        };
        this.#open.set(decision.id, decision);
        this.#save(decision);
      }
      if (now < decision.predicted.effectiveAt + graceMs) continue;
      const saturation = entry.signals.saturation?.value ?? null;
      this.#finish(decision, judgeOutcome(decision, { readyReplicas: ready, saturation }, now));
    }
  }

  #finish(decision: Decision, outcome: NonNullable<Decision['outcome']>): void {
    this.#open.delete(decision.id);
    this.#save({ ...decision, outcome });
  }

  #save(decision: Decision): void {
    this.#metadata.saveDecision(decision);
    this.#events.publish({ event: 'decision', data: decision });
  }
}
