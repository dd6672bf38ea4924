/**
 * Alerts become incidents: one for a cause, with everything that came of it inside. An alert joins an open incident when
 *
 * - it is in one of its pools and within the group window of its newest alert (a soft alert of a kind that is still
 *   firing there joins at any time: a slow spread must not become a hundred incidents), or
 * - it is soft, its pool is linked to one of the incident's, and it began after it (less what it takes to notice a lost
 *   agent): then it is a symptom, or
 * - it is a hard fault in or beside a pool that is only slow so far: then it takes over as the cause.
 *
 * Otherwise it opens an incident (news of severity `info` alone never does); beyond `maxOpen` it is counted in one overflow incident. People are told when an
 * incident opens, when its severity rises, and when it is over; never of its single alerts.
 */
import type { Alert, Incident, Notification, NotificationKind } from '@jaegis/model';
import { groupAlerts, isHardFault, type Surroundings } from './incident-cause.ts';
import { IncidentRecord } from './incident-record.ts';
import { firstSentence, plural, shortName, titleOf } from './incident-title.ts';
import { bySeverity, isWorse } from './severity.ts';

export interface IncidentEngineOptions extends Surroundings {
  readonly groupWindowMs: number;
  /** Most open incidents, the overflow incident not counted. */
  readonly maxOpen?: number;
  /** How many resolved incidents stay at hand for notes and feedback. */
  readonly keepResolved?: number;
  /** How much later than its effects a lost agent may be noticed. */
  readonly noticeMs?: number;
}

/** A fact for the timeline of the incidents of a pool: a decision, a restart, a change. */
export interface TimelineFact {
  readonly at: number;
  readonly pool: string;
  readonly what: string;
  readonly reason: string;
}

export interface IncidentContext {
  readonly now: number;
  readonly notes?: readonly TimelineFact[];
}

export interface IncidentChanges {
  readonly changed: Incident[];
  readonly notifications: Notification[];
  /** Alert id to incident id, for alerts that found their incident just now. */
  readonly assigned: ReadonlyMap<string, string>;
}

const notifiedAlerts = 100;

export class IncidentEngine {
  readonly #o: Required<Omit<IncidentEngineOptions, keyof Surroundings>> & Surroundings;
  readonly #open = new Map<string, IncidentRecord>();
  readonly #resolved = new Map<string, IncidentRecord>();
  readonly #byAlert = new Map<string, IncidentRecord>();

  constructor(options: IncidentEngineOptions) {
    this.#o = { maxOpen: 50, keepResolved: 500, noticeMs: 120_000, ...options };
  }

  /** Takes the alerts that changed (see `AlertEngine.evaluate`). Call it with none too: it notices what is over. */
  apply(changed: readonly Alert[], context: IncidentContext): IncidentChanges {
    const { now } = context;
    const touched = new Set<IncidentRecord>();
    const assigned = new Map<string, string>();
    this.#renew(changed, { now, touched });
    const fresh = changed.filter((alert) => alert.state === 'firing' && !this.#byAlert.has(alert.id));
    // Hard faults first: what is soft may be their symptom.
    const groups = groupAlerts(fresh).sort(
      (a, b) => Number(isHardFault(b.kind)) - Number(isHardFault(a.kind)) || a.since - b.since,
    );
    for (const group of groups) {
      const record = this.#take(group.alerts, now);
      if (record === undefined) continue;
      touched.add(record);
      for (const alert of group.alerts) assigned.set(alert.id, record.id);
    }
    for (const fact of context.notes ?? []) this.#noteFact(fact, touched);
    const notifications: Notification[] = [];
    for (const record of new Set([...touched, ...this.#open.values()])) {
      const told = this.#settle(record, { now, isTouched: touched.has(record) });
      if (told !== undefined) notifications.push(told);
      if (record.state === 'resolved') touched.add(record);
    }
    return { changed: [...touched].map((record) => record.incident), notifications, assigned };
  }

  /** `undefined` for an incident that is not at hand. */
  acknowledge(id: string, by: string, now: number): Incident | undefined {
    const record = this.#find(id);
    record?.acknowledge(by, now);
    return record?.incident;
  }

  note(id: string, note: { readonly by: string; readonly text: string }, now: number): Incident | undefined {
    const record = this.#find(id);
    record?.note(note.by, note.text, now);
    return record?.incident;
  }

  feedback(
    id: string,
    said: { readonly verdict: Incident['feedback'][number]['verdict']; readonly text: string },
    now: number,
  ): Incident | undefined {
    const record = this.#find(id);
    record?.feedback(said.verdict, said.text, now);
    return record?.incident;
  }

  get(id: string): Incident | undefined {
    return this.#find(id)?.incident;
  }

  /** Open and acknowledged, worst and oldest first. */
  open(): Incident[] {
    return [...this.#open.values()]
      .map((record) => record.incident)
      .sort((a, b) => bySeverity(a.severity, b.severity) || a.startedAt - b.startedAt);
  }

  incidentOf(alertId: string): string | undefined {
    return this.#byAlert.get(alertId)?.id;
  }

  /**
   * After a restart. `alerts` are those that still fire (`AlertEngine.active`); an incident none of whose alerts is among
   * them is over at the next `apply`. Resolved incidents are kept at hand for notes and feedback. Nobody is told again.
   */
  restore(incidents: readonly Incident[], alerts: readonly Alert[]): void {
    const byId = new Map(alerts.map((alert) => [alert.id, alert]));
    for (const kept of incidents) {
      const own = kept.alerts.flatMap((id) => byId.get(id) ?? []);
      const isOverflow = kept.cause.kind === 'overflow';
      const lastAt = Math.max(kept.startedAt, ...own.map((alert) => alert.firedAt ?? 0));
      const record = new IncidentRecord({
        id: kept.id,
        startedAt: kept.startedAt,
        isOverflow,
        kept,
        alerts: own,
        now: lastAt,
      });
      if (kept.state === 'resolved') {
        this.#keepResolved(record);
        continue;
      }
      this.#open.set(record.id, record);
      for (const alert of own) this.#byAlert.set(alert.id, record);
    }
  }

  #find(id: string): IncidentRecord | undefined {
    return this.#open.get(id) ?? this.#resolved.get(id);
  }

  /** News of alerts that already have their incident. */
  #renew(changed: readonly Alert[], o: { now: number; touched: Set<IncidentRecord> }): void {
    const over = new Map<IncidentRecord, Alert[]>();
    for (const alert of changed) {
      const record = this.#byAlert.get(alert.id);
      if (record === undefined) continue;
      record.put(alert);
      o.touched.add(record);
      if (alert.state !== 'resolved') continue;
      this.#byAlert.delete(alert.id);
      const alerts = over.get(record);
      if (alerts === undefined) over.set(record, [alert]);
      else alerts.push(alert);
    }
    for (const [record, alerts] of over) {
      for (const group of groupAlerts(alerts)) {
        const what = `over: ${group.alerts.length === 1 ? firstSentence(group.alerts[0]!.summary) : titleOf(group.alerts, null)}`;
        record.timeline.add(o.now, what, `${plural(group.alerts.length, 'alert')} resolved: the condition is gone`);
      }
    }
  }

  /** Gives alerts of one pool and kind their incident. */
  #take(alerts: readonly Alert[], now: number): IncidentRecord | undefined {
    const first = alerts.reduce((a, b) => (a.activeAt <= b.activeAt ? a : b));
    const home = this.#home(first, now);
    if (home === undefined && alerts.every((alert) => alert.severity === 'info')) return undefined;
    const found = home ?? this.#openOne(first, now);
    const { record } = found;
    const title = titleOf(alerts, this.#o.agentsIn?.(first.pool) ?? null);
    for (const alert of alerts) {
      record.put(alert);
      this.#byAlert.set(alert.id, record);
    }
    record.lastAlertAt = Math.max(record.lastAlertAt, now);
    record.timeline.add(now, `${title}${names(alerts)}`, `${alerts[0]!.reason}${found.why}`);
    this.#describe(record, now);
    return record;
  }

  #home(alert: Alert, now: number): { record: IncidentRecord; why: string } | undefined {
    const isHard = isHardFault(alert.kind);
    const records = [...this.#open.values()].filter((record) => !record.isOverflow);
    const recent = records.filter((record) => now - record.lastAlertAt <= this.#o.groupWindowMs);
    const name = shortName(alert.pool);
    for (const record of recent) {
      const isHardCause = isHardFault(causeKind(record));
      if (record.pool === alert.pool || (record.pools.has(alert.pool) && !(isHard && isHardCause))) {
        return { record, why: `; the same pool, within the group window` };
      }
    }
    for (const record of recent) {
      const neighbour = [...record.pools].find((pool) => this.#o.linked?.(pool, alert.pool));
      if (neighbour === undefined) continue;
      const isHardCause = isHardFault(causeKind(record));
      if (isHard && !isHardCause) return { record, why: `; linked to ${shortName(neighbour)}, which only feels it` };
      const slackMs = isHardCause ? this.#o.noticeMs : 0;
      if (!isHard && alert.activeAt >= record.startedAt - slackMs) {
        return { record, why: `; ${name} is linked to ${shortName(neighbour)} and was affected after it` };
      }
    }
    if (isHard) return undefined;
    for (const record of records) {
      const isAlike = (other: Alert) =>
        other.pool === alert.pool && other.kind === alert.kind && other.state === 'firing';
      if (record.alerts().some(isAlike)) return { record, why: '; more of what still goes on' };
    }
    return undefined;
  }

  #openOne(alert: Alert, now: number): { record: IncidentRecord; why: string } {
    const count = [...this.#open.values()].filter((record) => !record.isOverflow).length;
    const isOverflow = count >= this.#o.maxOpen;
    if (isOverflow) {
      const existing = [...this.#open.values()].find((record) => record.isOverflow);
      if (existing !== undefined) return { record: existing, why: '' };
    }
    const mark = alert.id.slice(alert.id.indexOf('-') + 1);
    const id = isOverflow ? `incident-overflow-${Math.floor(now).toString(36)}` : `incident-${mark}`;
    const record = new IncidentRecord({ id, startedAt: Math.min(alert.activeAt, now), isOverflow, now });
    this.#open.set(id, record);
    return { record, why: isOverflow ? `; ${plural(count, 'incident')} are open, no more are opened one by one` : '' };
  }

  #noteFact(fact: TimelineFact, touched: Set<IncidentRecord>): void {
    for (const record of this.#open.values()) {
      if (record.isOverflow || !record.pools.has(fact.pool)) continue;
      record.timeline.add(fact.at, fact.what, fact.reason);
      touched.add(record);
    }
  }

  #settle(record: IncidentRecord, o: { now: number; isTouched: boolean }): Notification | undefined {
    const { now } = o;
    if (record.state === 'resolved') return undefined;
    if (record.isOver) {
      if (o.isTouched) this.#describe(record, now);
      record.timeline.add(now, 'resolved', 'all of its alerts are over');
      record.resolve(now);
      this.#close(record);
      return this.#notify(record, 'resolved', { now, reason: 'all of its alerts are over' });
    }
    if (!o.isTouched) return undefined;
    this.#describe(record, now);
    const { severity } = record.incident;
    if (record.toldSeverity === null) {
      record.toldSeverity = severity;
      return this.#notify(record, 'opened', {
        now,
        reason: record.incident.cause.evidence[0] ?? record.incident.title,
      });
    }
    if (!isWorse(severity, record.toldSeverity)) return undefined;
    const reason = `severity rose from ${record.toldSeverity} to ${severity}`;
    record.toldSeverity = severity;
    record.timeline.add(now, reason, record.incident.cause.evidence[0] ?? record.incident.title);
    record.refresh();
    return this.#notify(record, 'escalated', { now, reason });
  }

  #describe(record: IncidentRecord, now: number): void {
    const before = record.incident.title;
    if (record.describe(this.#o)) {
      record.timeline.add(now, `cause is now: ${record.incident.title}`, `it explains more than: ${before}`);
    }
    record.refresh();
  }

  #notify(record: IncidentRecord, kind: NotificationKind, o: { now: number; reason: string }): Notification {
    const { incident } = record;
    const alerts = [...record.alerts()].sort((a, b) => bySeverity(a.severity, b.severity) || a.activeAt - b.activeAt);
    const id = `${incident.id}/${kind}${kind === 'escalated' ? `-${incident.severity}` : ''}`;
    return { id, kind, at: o.now, incident, alerts: alerts.slice(0, notifiedAlerts), reason: o.reason };
  }

  #close(record: IncidentRecord): void {
    this.#open.delete(record.id);
    for (const id of record.alertIds()) this.#byAlert.delete(id);
    this.#keepResolved(record);
  }

  #keepResolved(record: IncidentRecord): void {
    if (this.#resolved.size >= this.#o.keepResolved) this.#resolved.delete(this.#resolved.keys().next().value!);
    this.#resolved.set(record.id, record);
  }
}

function causeKind(record: IncidentRecord): Alert['kind'] {
  return record.incident.cause.kind as Alert['kind'];
}

/** The agents meant, where a title only counts them. */
function names(alerts: readonly Alert[]): string {
  const agents = [...new Set(alerts.flatMap((alert) => alert.agent ?? []))];
  if (agents.length === 0) return '';
  const shown = agents.slice(0, 10).join(', ');
  return agents.length > 10 ? `: ${shown} and ${agents.length - 10} more` : `: ${shown}`;
}
