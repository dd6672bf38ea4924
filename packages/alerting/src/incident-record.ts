import type { Alert, Incident, IncidentState, Severity } from '@jaegis/model';
import { causeAmong, describeCause, describeSymptoms, groupAlerts, type Surroundings } from './incident-cause.ts';
import { plural, shortName, titleOf } from './incident-title.ts';
import { isWorse } from './severity.ts';
import { Timeline } from './timeline.ts';

const alertLimit = 1_000;
const remarkLimit = 100;

/** One incident while it is worked on. Everything in it is bounded; what found no room is counted. */
export class IncidentRecord {
  readonly id: string;
  readonly startedAt: number;
  readonly isOverflow: boolean;
  readonly timeline: Timeline;
  readonly #alerts = new Map<string, Alert>();
  // Alerts that ended before a restart: only their ids are left.
  readonly #past: readonly string[];
  #uncounted = 0;
  #incident: Incident;
  lastAlertAt: number;
  /** The severity that people were last told; `null` before they were told anything. */
  toldSeverity: Severity | null;

  constructor(o: {
    id: string;
    startedAt: number;
    isOverflow: boolean;
    kept?: Incident;
    alerts?: readonly Alert[];
    now: number;
  }) {
    this.id = o.id;
    this.startedAt = o.startedAt;
    this.isOverflow = o.isOverflow;
    this.timeline = new Timeline(o.kept?.timeline);
    this.lastAlertAt = o.now;
    this.toldSeverity = o.kept?.severity ?? null;
    for (const alert of o.alerts ?? []) this.#alerts.set(alert.id, alert);
    this.#past = (o.kept?.alerts ?? []).filter((id) => !this.#alerts.has(id));
    this.#incident = o.kept ?? emptyIncident(o.id, o.startedAt);
  }

  get incident(): Incident {
    return this.#incident;
  }

  get state(): IncidentState {
    return this.#incident.state;
  }

  get pool(): string {
    return this.#incident.pool;
  }

  get pools(): ReadonlySet<string> {
    return new Set([...this.#alerts.values()].map((alert) => alert.pool));
  }

  get isOver(): boolean {
    for (const alert of this.#alerts.values()) if (alert.state === 'firing') return false;
    return true;
  }

  alerts(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  alertIds(): readonly string[] {
    return [...this.#alerts.keys()];
  }

  /** Adds or renews an alert. */
  put(alert: Alert): void {
    if (!this.#alerts.has(alert.id) && this.#alerts.size >= alertLimit) this.#uncounted++;
    else this.#alerts.set(alert.id, alert);
  }

  /** Works out cause, title, symptoms and severity anew; true when the cause is another than before. */
  describe(around: Surroundings): boolean {
    const before = this.#incident;
    const groups = groupAlerts(this.#alerts.values());
    if (groups.length === 0) return false;
    const cause = causeAmong(groups, around);
    const symptoms = groups.filter((group) => group !== cause);
    let severity = before.severity;
    for (const { severity: other } of this.#alerts.values()) if (isWorse(other, severity)) severity = other;
    this.#incident = {
      ...before,
      severity,
      pool: cause.pool,
      title: titleOf(cause.alerts, around.agentsIn?.(cause.pool) ?? null),
      cause: describeCause(cause, symptoms, around),
      symptoms: describeSymptoms(symptoms, around),
      alerts: [...this.#past, ...this.#alerts.keys()].slice(0, alertLimit),
      timeline: this.timeline.entries(),
    };
    if (this.isOverflow) this.#describeOverflow();
    return before.pool !== '' && (before.pool !== cause.pool || before.cause.kind !== cause.kind);
  }

  #describeOverflow(): void {
    const pools = [...this.pools].map(shortName);
    const count = this.#alerts.size + this.#uncounted;
    const named = pools.length > 5 ? `${pools.slice(0, 5).join(', ')} and ${pools.length - 5} more` : pools.join(', ');
    this.#incident = {
      ...this.#incident,
      title: `${plural(count, 'more alert')} in ${plural(pools.length, 'pool')}, too many to show one by one`,
      cause: {
        component: this.#incident.pool,
        kind: 'overflow',
        confidence: 0,
        evidence: [`as many incidents as allowed are open; further alerts are counted here: ${named}`],
      },
      symptoms: [],
    };
  }

  resolve(now: number): void {
    this.#incident = { ...this.#incident, state: 'resolved', endedAt: now, timeline: this.timeline.entries() };
  }

  acknowledge(by: string, now: number): void {
    if (this.state !== 'open') return;
    this.timeline.add(now, `acknowledged by ${by}`, 'a person has taken it');
    this.#incident = {
      ...this.#incident,
      state: 'acknowledged',
      acknowledgedBy: by,
      timeline: this.timeline.entries(),
    };
  }

  note(by: string, text: string, now: number): void {
    const notes = [...this.#incident.notes, { at: now, by, text: text.slice(0, 4_000) }].slice(-remarkLimit);
    this.#incident = { ...this.#incident, notes };
  }

  feedback(verdict: Incident['feedback'][number]['verdict'], text: string, now: number): void {
    const feedback = [...this.#incident.feedback, { at: now, verdict, text: text.slice(0, 4_000) }].slice(-remarkLimit);
    this.#incident = { ...this.#incident, feedback };
  }

  /** Brings the incident's own copy of its timeline up to date. */
  refresh(): void {
    this.#incident = { ...this.#incident, timeline: this.timeline.entries() };
  }
}

function emptyIncident(id: string, startedAt: number): Incident {
  return {
    id,
    state: 'open',
    severity: 'info',
    pool: '',
    startedAt,
    endedAt: null,
    title: '',
    cause: { component: '', kind: '', confidence: 0, evidence: [] },
    symptoms: [],
    alerts: [],
    timeline: [],
    acknowledgedBy: null,
    notes: [],
    feedback: [],
  };
}
