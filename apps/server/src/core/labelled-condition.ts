import type { AlertCondition } from '@jaegis/alerting';
import type { Labels, Severity } from '@jaegis/model';

/** An alert that is known by labels and annotations (of a rule, or posted by another system), as a condition without key. */
export function labelledCondition(o: {
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Whose it is where the labels name nobody. */
  readonly group: string;
  /** Where the annotations do not say. */
  readonly reason: string;
}): Omit<AlertCondition, 'key'> {
  const { labels, annotations } = o;
  return {
    kind: 'rule',
    severity: severityOf(labels['severity']),
    // OpenTelemetry's job is a pool's default name; what has neither belongs to where it came from.
    pool: labels['pool'] || labels['job'] || o.group,
    agent: labels['instance_id'] || labels['instance'] || labels['agent'] || null,
    signal: labels['signal'] || null,
    summary: annotations['summary'] || annotations['title'] || labels['alertname'] || '',
    reason: annotations['description'] || annotations['message'] || o.reason,
    labels,
    annotations,
    forMs: 0,
  };
}

/** The words that people give to severities, in ours; what is not said is a warning. */
function severityOf(word: string | undefined): Severity {
  if (word === undefined) return 'warning';
  if (/^(critical|page|fatal|emergency|error|high|sev-?[01]|p[01])$/i.test(word)) return 'critical';
  return /^(info|information|none|low|notice|debug)$/i.test(word) ? 'info' : 'warning';
}
