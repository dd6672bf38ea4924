/** What Alertmanager's API v2 gives: alerts with their state, silences, receivers. Times are RFC 3339. */
import { type Silence, silenceState } from '@jaegis/alerting';
import type { Alert } from '@jaegis/model';
import { annotationsOf, fingerprintOf, labelsOf } from '@jaegis/receivers';
import type { Core } from '../../core/core.ts';

/** When nothing is heard of an alert any more it ends by itself after this time, for those who read us. */
const validMs = 300_000;
/** Where nobody is configured to be told. */
const nobody = 'none';

export interface GettableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly updatedAt: string;
  readonly fingerprint: string;
  readonly generatorURL: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: 'active' | 'suppressed';
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
    readonly mutedBy: readonly string[];
  };
}

export function receiverNames(core: Pick<Core, 'fleet'>): string[] {
  const names = core.fleet.config.receivers.map(({ name }) => name);
  return names.length === 0 ? [nobody] : names;
}

/** Who is told of alerts of a severity. */
function toldOf(core: Pick<Core, 'fleet'>, { severity }: Alert): string[] {
  const names = core.fleet.config.receivers.filter(({ severities }) => severities.includes(severity));
  return names.length === 0 ? [nobody] : names.map(({ name }) => name);
}

/** All firing alerts, each beside what it looks like. */
export function firingAlerts(core: Core, o: { now: number; origin: string }): { alert: Alert; shown: GettableAlert }[] {
  const { alerts, silencing } = core.fleet;
  return alerts
    .active()
    .filter((alert) => alert.state === 'firing')
    .map((alert) => {
      const silencedBy = silencing.over(alert, o.now);
      const since = alert.firedAt ?? alert.activeAt;
      const shown: GettableAlert = {
        labels: labelsOf(alert),
        annotations: annotationsOf(alert),
        startsAt: rfc3339(since),
        endsAt: rfc3339(o.now + validMs),
        updatedAt: rfc3339(since),
        fingerprint: fingerprintOf(alert),
        generatorURL:
          alert.incident === null ? o.origin : `${o.origin}/incidents/${encodeURIComponent(alert.incident)}`,
        receivers: toldOf(core, alert).map((name) => ({ name })),
        status: {
          state: silencedBy.length === 0 ? 'active' : 'suppressed',
          silencedBy,
          inhibitedBy: [],
          mutedBy: [],
        },
      };
      return { alert, shown };
    })
    .sort((a, b) => (a.shown.fingerprint < b.shown.fingerprint ? -1 : 1));
}

export function gettableSilence(silence: Silence, now: number) {
  const { id, matchers, startsAt, endsAt, updatedAt, createdBy, comment } = silence;
  return {
    id,
    matchers,
    startsAt: rfc3339(startsAt),
    endsAt: rfc3339(endsAt),
    updatedAt: rfc3339(updatedAt),
    createdBy,
    comment,
    status: { state: silenceState(silence, now) },
  };
}

export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
