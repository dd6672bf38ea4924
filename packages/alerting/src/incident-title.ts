import { type Alert, signals } from '@jaegis/model';
import { formatValue, shortNumber } from '@jaegis/std';

/** The last part of a pool's name: `research/reader` is `reader` to people. */
export function shortName(pool: string): string {
  return pool.slice(pool.lastIndexOf('/') + 1) || pool;
}

/**
 * One line that says what is wrong: "reader lost 3 of 8 agents", "searcher is 11 times slower than usual". `alerts` are
 * of one pool and kind, worst first; `agentsInPool` is how many the pool has, where that is known.
 */
export function titleOf(alerts: readonly Alert[], agentsInPool: number | null): string {
  const worst = alerts[0]!;
  const pool = shortName(worst.pool);
  const agents = new Set(alerts.map((alert) => alert.agent).filter((agent) => agent !== null));
  const isKnown = agentsInPool !== null && agentsInPool >= agents.size;
  if (worst.kind === 'agent_lost' && agents.size > 0) {
    const count = isKnown ? `${agents.size} of ${plural(agentsInPool, 'agent')}` : plural(agents.size, 'agent');
    return `${pool} lost ${count}`;
  }
  const isMany = worst.agent !== null && agents.size > 1;
  const subject = isMany ? `${agents.size} agents of ${pool}` : (worst.agent ?? pool);
  if (worst.kind === 'agent_unhealthy') return `${subject} ${isMany ? 'are' : 'is'} unhealthy`;
  if (worst.kind === 'rule') return ruleTitle(alerts);
  if (worst.kind === 'anomaly') return anomalyTitle(worst, { subject, isMany });
  if (worst.kind === 'objective_breached') return objectiveTitle(worst, { subject, isMany });
  return firstSentence(worst.summary);
}

/** The worst alert's own words, and how many rules more say something. */
function ruleTitle(alerts: readonly Alert[]): string {
  const more = new Set(alerts.map((alert) => alert.labels['alertname'])).size - 1;
  return `${firstSentence(alerts[0]!.summary)}${more > 0 ? `, and ${plural(more, 'more rule')}` : ''}`;
}

function anomalyTitle(alert: Alert, o: { subject: string; isMany: boolean }): string {
  const { value, expected, signal } = alert;
  if (signal === null || !isNumber(value) || !isNumber(expected)) return firstSentence(alert.summary);
  const { subject, isMany } = o;
  const be = isMany ? 'are' : 'is';
  const s = isMany ? '' : 's';
  const usually = `(usually ${inWords(expected, signal)})`;
  const ratio = expected > 0 ? value / expected : Number.NaN;
  const isMultiple = ratio >= 1.5;
  if (signal.startsWith('latency')) {
    if (isMultiple) return `${subject} ${be} ${times(ratio)} slower than usual`;
    return `${subject} ${be} ${value < expected ? 'faster' : 'slower'} than usual: ${inWords(value, signal)} ${usually}`;
  }
  if (signal === 'error_rate') return `${subject} fail${s} ${inWords(value, signal)} of requests ${usually}`;
  if (signal === 'queue_length')
    return `${subject} ${isMany ? 'have' : 'has'} ${inWords(value, signal)} waiting ${usually}`;
  const used = nouns[signal];
  if (used !== undefined) {
    const [verb, noun] = used;
    if (isMultiple) return `${subject} ${verb}${s} ${times(ratio)} the usual ${noun}`;
    if (ratio < 0.67) return `${subject} ${verb}${s} only ${shortNumber(ratio * 100)} % of the usual ${noun}`;
  }
  // A figure of distances from the usual means nothing to a reader; the evidence says what is unusual.
  if (signal === 'behavior') return `${subject} ${isMany ? 'do' : 'does'} not behave as usual`;
  return `${subject}: ${words(signal)} is ${inWords(value, signal)} ${usually}`;
}

const nouns: Readonly<Record<string, readonly [string, string]>> = {
  request_rate: ['get', 'requests'],
  throughput: ['finish', 'requests'],
  progress_rate: ['make', 'progress'],
  cpu_utilization: ['use', 'CPU'],
  memory_bytes: ['use', 'memory'],
  memory_utilization: ['use', 'memory'],
  network_bytes: ['move', 'network traffic'],
  disk_bytes: ['move', 'disk traffic'],
  tokens_rate: ['use', 'tokens'],
  cost_rate: ['cost', 'money'],
};

function objectiveTitle(alert: Alert, { subject, isMany }: { subject: string; isMany: boolean }): string {
  const { value, expected, signal } = alert;
  if (signal === null || !isNumber(value) || !isNumber(expected)) return firstSentence(alert.summary);
  const whose = isMany ? `${subject} miss their` : `${subject} misses its`;
  return `${whose} objective: ${words(signal)} is ${inWords(value, signal)}, wanted ${inWords(expected, signal)}`;
}

function inWords(value: number, signal: string): string {
  const definition = Object.hasOwn(signals, signal) ? signals[signal as keyof typeof signals] : undefined;
  return formatValue(value, definition?.unit ?? 'count');
}

function words(signal: string): string {
  return signal
    .replaceAll('_', ' ')
    .replace(/\bp(\d\d)\b/, 'P$1')
    .replace(/\bcpu\b/, 'CPU');
}

function times(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : Number(ratio.toFixed(1))} times`;
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function firstSentence(text: string): string {
  const end = text.search(/[.;](\s|$)/);
  const sentence = end === -1 ? text : text.slice(0, end);
  return sentence.length > 160 ? `${sentence.slice(0, 159)}…` : sentence;
}
