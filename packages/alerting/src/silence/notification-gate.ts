/**
 * Holds back what people do not want to hear: while every firing alert of an incident is silenced, nobody is told of it.
 * What was held is told once a silence ends and the incident is still there; an incident that came and went in silence is
 * never told, not even its end.
 */
import type { Alert, Incident, Notification } from '@jaegis/model';

/** A notification without what changes meanwhile. */
export interface HeldNotification extends Pick<Notification, 'id' | 'kind' | 'reason'> {
  readonly incident: string;
}

export interface GateView {
  readonly now: number;
  readonly isSilenced: (alert: Alert) => boolean;
  /** An open incident with its firing alerts, as they are now; `undefined` when it is over. */
  readonly current: (
    incident: string,
  ) => { readonly incident: Incident; readonly alerts: readonly Alert[] } | undefined;
}

export class NotificationGate {
  readonly #held = new Map<string, HeldNotification>();

  /** What is to be told now: of the new notifications, and of those that were held. */
  pass(fresh: readonly Notification[], view: GateView): Notification[] {
    const passed = this.#release(view);
    for (const notification of fresh) {
      const { id, kind, reason, incident } = notification;
      const held = this.#held.get(incident.id);
      if (kind === 'resolved') {
        this.#held.delete(incident.id);
        if (held?.kind !== 'opened') passed.push(notification);
      } else if (isQuiet(notification.alerts, view)) {
        // That it opened is the greater news.
        this.#held.set(incident.id, held ?? { id, kind, reason, incident: incident.id });
      } else {
        this.#held.delete(incident.id);
        passed.push(notification);
      }
    }
    // What is over and said so has been dealt with; what vanished (a restart in between) is not waited for.
    for (const id of this.#held.keys()) if (view.current(id) === undefined) this.#held.delete(id);
    return passed;
  }

  #release(view: GateView): Notification[] {
    const released: Notification[] = [];
    for (const held of [...this.#held.values()]) {
      const current = view.current(held.incident);
      if (current === undefined || !isLoud(current.alerts, view)) continue;
      this.#held.delete(held.incident);
      released.push({ ...held, ...current, at: view.now });
    }
    return released;
  }

  /** For a restart. */
  get held(): readonly HeldNotification[] {
    return [...this.#held.values()];
  }

  restore(held: readonly HeldNotification[]): void {
    for (const each of held) this.#held.set(each.incident, each);
  }
}

function isLoud(alerts: readonly Alert[], { isSilenced }: GateView): boolean {
  return alerts.some((alert) => alert.state === 'firing' && !isSilenced(alert));
}

function isQuiet(alerts: readonly Alert[], { isSilenced }: GateView): boolean {
  const firing = alerts.filter((alert) => alert.state === 'firing');
  return firing.length > 0 && firing.every(isSilenced);
}
