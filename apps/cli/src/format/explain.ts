import type { Alert, Decision, DecisionSize, Incident, SignalName } from '@jaegis/model';
import { signals } from '@jaegis/model';
import { decisionStory } from '@jaegis/model/decision-story';
import { formatDuration, formatValue } from '@jaegis/std';
import { section, sentence, titled } from './document.ts';
import { explainPlacement } from './placement.ts';
import { explainPlan } from './plan.ts';
import { stateCell } from './state.ts';
import { formatTable, type Layout } from './table.ts';
import { ago, clockTime } from './time.ts';

type Options = Layout & { now: number };

/** Why it scaled, or did not: what was seen, who wanted what, what was changed on the way, what it did. */
export function explainDecision(decision: Decision, options: Options): string {
  const { paint, now } = options;
  const { inputs, forecast, predicted, action, outcome } = decision;
  const change = decision.from === decision.to ? `stays at ${decision.to}` : `${decision.from} → ${decision.to}`;
  const lines = [
    titled(`Decision ${decision.id}`, [decision.pool, change, { text: decision.reason, tone: 'strong' }], options),
    sentence(decision.message, options),
    '',
    paint('In plain words', 'strong'),
    sentence(decisionStory(decision).join(' '), options),
    '',
  ];
  const seen: [string, string][] = Object.entries(inputs.signals).map(([name, input]) => [
    name,
    `${formatValue(input.value, signals[name as SignalName]?.unit ?? 'count')}, ${formatDuration(input.ageMs)} old`,
  ]);
  const { ready, pending, draining } = inputs.replicas;
  seen.push(['replicas', `${ready} ready, ${pending} pending, ${draining} draining`]);
  seen.push([
    'capacity',
    inputs.capacityPerReplica === null
      ? 'not known yet'
      : `${formatValue(inputs.capacityPerReplica, '1/s')} per replica`,
  ]);
  seen.push(['start-up', formatDuration(inputs.startupMs)]);
  if (decision.workload != null) seen.push(['workload', `${decision.workload.class}: ${decision.workload.reason}`]);
  lines.push(paint(`What was seen at ${clockTime(decision.at, now)}`, 'strong'), section(seen, options));
  if (forecast !== null)
    lines.push(
      paint('What was forecast', 'strong'),
      sentence(
        `${forecast.signal} peaks at ${formatValue(forecast.peak, '1/s')} within ${formatDuration(forecast.horizonMs)} (quantile ${forecast.quantile}; median ${formatValue(forecast.median, '1/s')}) by ${forecast.model}, trust ${formatValue(forecast.trust, 'ratio')}`,
        options,
      ),
      '',
    );
  if (decision.recommendations.length > 0)
    lines.push(
      paint('Who wanted what', 'strong'),
      formatTable(
        [{ title: 'SOURCE' }, { title: 'REPLICAS', align: 'right' }, { title: 'REASON', shrinkTo: 20 }],
        decision.recommendations.map((entry) => [entry.source, String(entry.desired), entry.reason]),
        options,
      ),
    );
  if (decision.limits.length > 0)
    lines.push(
      paint('What changed it on the way', 'strong'),
      formatTable(
        [{ title: 'STEP' }, { title: 'CHANGE', align: 'right' }, { title: 'REASON' }, { title: 'WHY', shrinkTo: 20 }],
        decision.limits.map((step) => [step.step, `${step.from}→${step.to}`, step.reason, step.message]),
        options,
      ),
    );
  if (decision.size != null)
    lines.push(paint('The size of one replica', 'strong'), sentence(sizeWords(decision.size), options), '');
  if (decision.placement != null) lines.push(...explainPlacement(decision.placement, options));
  if (decision.plan != null) lines.push(...explainPlan(decision.plan, decision, options));
  const cost = predicted.costPerHour === null ? '' : `, ${formatValue(predicted.costPerHour, 'usd/h')}`;
  const results: [string, string][] = [
    [
      'predicted',
      `saturation ${formatValue(predicted.saturation, 'ratio')}${cost}, visible ${clockTime(predicted.effectiveAt, now)}`,
    ],
    ['action', `${stateCell(action.state).text}${action.message === '' ? '' : `, ${action.message}`}`],
    [
      'outcome',
      outcome === null
        ? 'not judged yet'
        : `${outcome.verdict.replaceAll('_', ' ')}: ${outcome.message}${outcome.tookMs === null ? '' : ` (took ${formatDuration(outcome.tookMs)})`}${outcome.costPerHour == null ? '' : `; costs ${formatValue(outcome.costPerHour, 'usd/h')}`}`,
    ],
  ];
  lines.push(paint('What came of it', 'strong'), section(results, options));
  return `${lines.join('\n').trimEnd()}\n`;
}

function sizeWords({ message, reason, carriedOut }: DecisionSize): string {
  const done =
    carriedOut === null
      ? 'recommended only'
      : carriedOut.problem === ''
        ? `${carriedOut.resized} resized in place`
        : `not resized: ${carriedOut.problem}`;
  return `${reason}: ${message}; ${done}`;
}

/** One cause, its symptoms, its timeline. */
export function explainIncident(incident: Incident, options: Options): string {
  const { paint, now } = options;
  const { cause } = incident;
  const lines = [
    titled(
      `Incident ${incident.id}`,
      [stateCell(incident.state), stateCell(incident.severity), incident.pool],
      options,
    ),
    sentence(incident.title, options),
    '',
  ];
  const pairs: [string, string][] = [
    ['started', `${clockTime(incident.startedAt, now)}, ${ago(incident.startedAt, now)}`],
    ['ended', incident.endedAt === null ? 'not yet' : clockTime(incident.endedAt, now)],
    ['cause', `${cause.component}: ${cause.kind}, confidence ${formatValue(cause.confidence, 'ratio')}`],
    ['alerts', incident.alerts.join(', ') || 'none'],
  ];
  if (incident.acknowledgedBy !== null) pairs.push(['acknowledged by', incident.acknowledgedBy]);
  lines.push(section(pairs, options));
  lines.push(...list('Evidence', cause.evidence, options), ...list('Symptoms', incident.symptoms, options));
  if (incident.timeline.length > 0) {
    const rows = incident.timeline.map((entry) => [clockTime(entry.at, now), entry.what, entry.reason]);
    const columns = [{ title: 'AT' }, { title: 'WHAT', shrinkTo: 16 }, { title: 'WHY', shrinkTo: 16 }];
    lines.push(paint('Timeline', 'strong'), formatTable(columns, rows, options));
  }
  lines.push(
    ...list(
      'Notes',
      incident.notes.map((note) => `${clockTime(note.at, now)} ${note.by}: ${note.text}`),
      options,
    ),
  );
  return `${lines.join('\n').trimEnd()}\n`;
}

export function explainAlert(alert: Alert, options: Options): string {
  const { now } = options;
  const pairs: [string, string][] = [
    ['kind', alert.kind],
    ['pool', alert.pool],
    ['agent', alert.agent ?? 'the whole pool'],
    ['signal', alert.signal ?? '–'],
    ['because', alert.reason],
    ['active', clockTime(alert.activeAt, now)],
    ['fired', clockTime(alert.firedAt, now)],
    ['resolved', clockTime(alert.resolvedAt, now)],
    ['incident', alert.incident ?? 'none'],
  ];
  return `${[
    titled(`Alert ${alert.id}`, [stateCell(alert.state), stateCell(alert.severity)], options),
    sentence(alert.summary, options),
    '',
    section(pairs, options),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function list(title: string, items: readonly string[], options: Options): string[] {
  if (items.length === 0) return [];
  return [options.paint(title, 'strong'), ...items.map((item) => sentence(`- ${item}`, options)), ''];
}
