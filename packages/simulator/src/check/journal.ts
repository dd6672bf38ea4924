import type { Alert, Decision } from '@jaegis/model';

/** What a decision must hold to be judged; a `Decision` and a `DecisionDraft` both fit. */
export type JournalDecision = Pick<Decision, 'pool' | 'at' | 'from' | 'to' | 'reason' | 'message' | 'limits'>;

/** A pool at one moment: what was true, and what the system under test wanted. */
export interface PoolMoment {
  readonly pool: string;
  readonly at: number;
  readonly desired: number;
  readonly ready: number;
  /** Replicas that the demand needs at full use. */
  readonly needed: number;
  readonly waiting: number;
  /** Replicas more that would work off what waits within five minutes. */
  readonly backlogNeeds: number;
  /** When the newest telemetry that had reached the system was true. */
  readonly heardAt: number;
}

export interface StateChange {
  /** `agent searcher-3`, `incident i-1`, ... */
  readonly what: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface SentNotification {
  readonly at: number;
  readonly receiver: string;
  /** One cause, however many alerts it raises. */
  readonly cause: string;
  /** `firing`, `resolved`: each may be told once. */
  readonly state: string;
}

/** A sample that the system said it has. */
export interface AcknowledgedSample {
  readonly series: string;
  readonly at: number;
  readonly value: number;
}

/** Everything that a run did, in order, for the checkers to look at. */
export class Journal {
  readonly decisions: JournalDecision[] = [];
  readonly moments: PoolMoment[] = [];
  readonly changes: StateChange[] = [];
  readonly alerts: Pick<Alert, 'id' | 'state' | 'reason' | 'summary' | 'activeAt'>[] = [];
  readonly notifications: SentNotification[] = [];
  readonly acknowledged: AcknowledgedSample[] = [];

  decision(decision: JournalDecision): void {
    this.decisions.push(decision);
  }

  moment(moment: PoolMoment): void {
    this.moments.push(moment);
  }

  change(change: StateChange): void {
    this.changes.push(change);
  }

  alert(alert: Pick<Alert, 'id' | 'state' | 'reason' | 'summary' | 'activeAt'>): void {
    this.alerts.push(alert);
  }

  notification(notification: SentNotification): void {
    this.notifications.push(notification);
  }

  acknowledge(sample: AcknowledgedSample): void {
    this.acknowledged.push(sample);
  }
}

/** A broken promise, with when and with what numbers. */
export interface Violation {
  readonly checker: string;
  readonly at: number;
  readonly message: string;
}
