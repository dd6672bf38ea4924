import type { Labels } from '@jaegis/model';

/** A rule file as read, every default filled in. Durations in milliseconds. */
export interface RuleFile {
  /** Where it came from, as people know it. */
  readonly name: string;
  readonly groups: readonly RuleGroupConfig[];
}

export interface RuleGroupConfig {
  readonly name: string;
  readonly file: string;
  readonly intervalMs: number;
  /** How far in the past its expressions are evaluated. */
  readonly queryOffsetMs: number;
  /** Most alerts or series that one rule may give; 0 is no limit. */
  readonly limit: number;
  readonly rules: readonly RuleConfig[];
}

export interface RecordingRuleConfig {
  readonly kind: 'recording';
  readonly record: string;
  readonly expr: string;
  readonly labels: Labels;
}

export interface AlertingRuleConfig {
  readonly kind: 'alerting';
  readonly alert: string;
  readonly expr: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly labels: Labels;
  readonly annotations: Labels;
}

export type RuleConfig = RecordingRuleConfig | AlertingRuleConfig;
