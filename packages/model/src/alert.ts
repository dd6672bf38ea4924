import type { Labels } from './labels.ts';

export type AlertState = 'inactive' | 'pending' | 'firing' | 'resolved';
export type AlertKind =
  | 'agent_lost'
  | 'anomaly'
  | 'objective_breached'
  | 'forecast_breach'
  | 'agent_unhealthy'
  | 'scaling_failed'
  | 'telemetry_missing'
  /** JAEGIS itself cannot keep what it is sent. */
  | 'storage_failed'
  /** An alerting rule of a rule file; its own name is the label `alertname`. */
  | 'rule';
export type Severity = 'critical' | 'warning' | 'info';

export interface Alert {
  readonly id: string;
  readonly kind: AlertKind;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly pool: string;
  /** Instance id, or `null` where the whole pool is meant. */
  readonly agent: string | null;
  readonly signal: string | null;
  readonly labels: Labels;
  /** What a rule says of its alert, beside summary and reason. */
  readonly annotations?: Labels;
  /** What happened, why, and what to do: three short sentences at most. */
  readonly summary: string;
  readonly reason: string;
  /** What the signal was, and what it should have been; absent where no number is behind the alert. */
  readonly value?: number | null;
  readonly expected?: number | null;
  readonly activeAt: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  readonly incident: string | null;
}
