import { type GateView, type HeldNotification, NotificationGate, type Silence, SilenceBook } from '@jaegis/alerting';
import type { Alert, Notification } from '@jaegis/model';
import { labelsOf } from '@jaegis/receivers';
import type { MetadataStore } from '@jaegis/store';
import type { Fleet } from './fleet.ts';

const key = 'silencing';

interface Kept {
  readonly silences: readonly Silence[];
  readonly held: readonly HeldNotification[];
}

/** Silences, and what is not told because of them; both survive a restart. */
export class Silencing {
  readonly book = new SilenceBook();
  readonly #gate = new NotificationGate();
  readonly #metadata: Pick<MetadataStore, 'getState' | 'setState'>;
  #heldKept = '[]';

  constructor(metadata: Pick<MetadataStore, 'getState' | 'setState'>) {
    this.#metadata = metadata;
    const kept = metadata.getState(key) as Kept | undefined;
    this.book.restore(kept?.silences ?? []);
    this.#gate.restore(kept?.held ?? []);
  }

  /** To be called after the book was changed. */
  save(): void {
    this.#heldKept = JSON.stringify(this.#gate.held);
    this.#metadata.setState(key, { silences: this.book.list(), held: this.#gate.held } satisfies Kept);
  }

  /** The silences that an alert is under now. */
  over(alert: Alert, now: number): string[] {
    return this.book.silencing(labelsOf(alert), now);
  }

  /** Of what is new and of what was held back: what is to be told now. */
  pass(fresh: readonly Notification[], fleet: Pick<Fleet, 'alerts' | 'incidents'>, now: number): Notification[] {
    if (fresh.length === 0 && this.#gate.held.length === 0) return [];
    const view: GateView = {
      now,
      isSilenced: (alert) => this.over(alert, now).length > 0,
      current: (id) => {
        const incident = fleet.incidents.get(id);
        if (incident === undefined || incident.state === 'resolved') return undefined;
        const alerts = fleet.alerts.active().filter((alert) => alert.incident === id && alert.state === 'firing');
        return { incident, alerts: alerts.slice(0, 100) };
      },
    };
    const passed = this.#gate.pass(fresh, view);
    if (JSON.stringify(this.#gate.held) !== this.#heldKept) this.save();
    return passed;
  }
}
