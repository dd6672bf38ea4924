import type { Severity } from './alert.ts';

export type IncidentState = 'open' | 'acknowledged' | 'resolved';

export interface TimelineEntry {
  readonly at: number;
  readonly what: string;
  readonly reason: string;
}

/** One cause, its symptoms, its timeline (contracts.md, shapes). */
export interface Incident {
  readonly id: string;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly pool: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly title: string;
  readonly cause: {
    readonly component: string;
    readonly kind: string;
    readonly confidence: number;
    readonly evidence: readonly string[];
  };
  /** What others felt of it, in words, worst first. */
  readonly symptoms: readonly string[];
  /** Ids of its alerts. */
  readonly alerts: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  readonly acknowledgedBy: string | null;
  readonly notes: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  readonly feedback: readonly {
    readonly at: number;
    readonly verdict: 'useful' | 'not_a_problem' | 'wrong_cause' | 'missed_something';
    readonly text: string;
  }[];
}
