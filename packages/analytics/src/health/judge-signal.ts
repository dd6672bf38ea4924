import { type HealthPart, type SignalName, signals } from '@jaegis/model';
import { formatValue } from '@jaegis/std';

/** What a detector said of one value. NaN while it is silent. */
export interface SignalVerdict {
  readonly score: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly anomalous: boolean;
}

/** A wanted bound for a signal: above it (below it, where lower is worse) the objective is breached. */
export interface Objective {
  readonly signal: string;
  readonly target: number;
}

/** How the words of a reason call each signal. */
const spoken: Partial<Record<SignalName, string>> = {
  latency_mean: 'mean latency',
  latency_p50: 'p50 latency',
  latency_p95: 'p95 latency',
  latency_p99: 'p99 latency',
  latency_own: 'own time a request',
  cpu_utilization: 'CPU',
  memory_bytes: 'memory',
  memory_utilization: 'memory use',
  error_rate: 'error rate',
  success_rate: 'success rate',
  queue_length: 'queue',
  tokens_rate: 'token rate',
  cost_rate: 'cost',
  network_bytes: 'network traffic',
  disk_bytes: 'disk traffic',
};

/** `latency_p95` as people say it: "p95 latency". */
export function speakSignal(name: SignalName): string {
  return spoken[name] ?? name.replaceAll('_', ' ');
}

/** "p95 latency 2.4 s, expected 180 to 320 ms". */
export function speakDeviation(name: SignalName, value: number, band: { lower: number; upper: number }): string {
  const unit = signals[name].unit;
  return `${speakSignal(name)} ${formatValue(value, unit)}, expected ${speakRange(band.lower, band.upper, (v) => formatValue(v, unit))}`;
}

/** "180 to 320 ms" rather than "180 ms to 320 ms". */
export function speakRange(lower: number, upper: number, format: (value: number) => string): string {
  const from = format(lower);
  const to = format(upper);
  const [, number, unit] = /^(-?[\d.]+)( .*|[^\d].*)?$/.exec(from) ?? [];
  if (from === to) return from;
  return number !== undefined && unit !== undefined && to.endsWith(unit) ? `${number} to ${to}` : `${from} to ${to}`;
}

/**
 * One signal's share of health. An objective decides where there is one (100 down to 85 as the target comes near, 70 at
 * the target, 10 from four times the target on); the detector's band decides where there is none, and is a mild warning
 * where the objective is kept. `undefined` when neither has anything to say.
 */
export function judgeSignal(
  name: SignalName,
  value: number,
  o: { objective?: Objective | undefined; verdict?: SignalVerdict | undefined },
): HealthPart | undefined {
  const byObjective = o.objective === undefined ? undefined : judgeObjective(name, value, o.objective.target);
  const byBand = o.verdict === undefined ? undefined : judgeBand(name, value, o.verdict);
  if (byObjective === undefined) return byBand;
  if (byBand === undefined || byObjective.score <= 70) return byObjective;
  const softened = { score: Math.max(byBand.score, 82), reason: byBand.reason };
  return softened.score < byObjective.score ? softened : byObjective;
}

function judgeObjective(name: SignalName, value: number, target: number): HealthPart {
  const lowerIsWorse = signals[name].sense === 'lower_is_worse';
  const unit = signals[name].unit;
  // What matters of a success rate is how much more fails than may: 50 % is ten times worse than 95 %, not half as good.
  const isShortfall = lowerIsWorse && unit === 'ratio' && target < 1;
  const ratio = isShortfall
    ? (1 - value) / (1 - target)
    : lowerIsWorse
      ? target / Math.max(value, 1e-12)
      : value / target;
  const text = `${speakSignal(name)} ${formatValue(value, unit)}, objective ${lowerIsWorse ? 'at least' : 'at most'} ${formatValue(target, unit)}`;
  return { score: objectiveScore(ratio), reason: text };
}

/** Piecewise linear: (0.8, 100) (1, 85), then (1, 70) (2, 50) (4, 10). */
function objectiveScore(ratio: number): number {
  if (ratio <= 0.8) return 100;
  if (ratio <= 1) return Math.round(100 - ((ratio - 0.8) / 0.2) * 15);
  if (ratio <= 2) return Math.round(70 - (ratio - 1) * 20);
  return Math.max(10, Math.round(50 - ((ratio - 2) / 2) * 40));
}

function judgeBand(name: SignalName, value: number, verdict: SignalVerdict): HealthPart | undefined {
  if (!Number.isFinite(verdict.score)) return undefined;
  const reason = speakDeviation(name, value, verdict);
  if (!verdict.anomalous) return { score: 100, reason };
  // A neutral signal that is unusual is news, not sickness.
  if (signals[name].sense === 'neutral') return { score: 78, reason };
  const edge = value > verdict.upper ? verdict.upper : verdict.lower;
  const times = edge > 0 && value > 0 ? Math.max(value / edge, edge / value) : 10;
  return { score: times >= 5 ? 35 : times >= 2 ? 50 : 62, reason };
}
