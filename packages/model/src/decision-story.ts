/**
 * A decision as a person would tell it: what was asked of the pool, who wanted how many, what it was chosen from, what
 * changed the number on the way, what was done, what came of it. The same words in the terminal and on the dashboard.
 */
import { formatDuration, formatValue } from '@jaegis/std';
import type { Decision, DecisionPlan, RecommendationSource } from './decision.ts';

const voices: Readonly<Record<RecommendationSource, string>> = {
  reactive: 'the load of that moment',
  predictive: 'the forecast',
  bounds: 'the bounds',
  schedule: 'the schedule',
  hold: 'caution',
  backlog: 'the backlog',
  rehearsed: 'what was tried on its own load',
};

/** Sentences, in the order of events. Parts of which nothing is known are left out. */
export function decisionStory(decision: Decision): string[] {
  return [
    ...asked(decision),
    ...wanted(decision),
    ...(decision.plan == null ? [] : chosen(decision.plan)),
    ...decision.limits.map(({ from, to, message }) => `That was changed from ${from} to ${to}: ${message}.`),
    done(decision),
    ...effect(decision),
  ];
}

function asked({ inputs, recommendations }: Decision): string[] {
  const { ready, pending, draining } = inputs.replicas;
  const had = [
    `${count(ready, 'replica')} ready`,
    ...(pending > 0 ? [`${pending} on the way`] : []),
    ...(draining > 0 ? [`${draining} leaving`] : []),
  ].join(', ');
  const rate = inputs.signals['request_rate']?.value ?? null;
  const capacity = inputs.capacityPerReplica;
  // Of what was not known, what somebody missed: a pool of readers has no queue, and nobody asks for it.
  const unknown = Object.entries(inputs.signals).filter(
    ([name, each]) => each.value === null && recommendations.some(({ reason }) => reason.includes(name)),
  );
  const blind = unknown.length === 0 ? [] : [`Not known then: ${unknown.map(([name]) => words(name)).join(', ')}.`];
  if (rate === null) return [`The pool had ${had}.`, ...blind];
  const work =
    capacity === null || capacity <= 0
      ? 'what one replica carries was not known yet'
      : `one replica carries ${formatValue(capacity, '1/s')}, so by requests alone there was work for ${digits(rate / capacity)}`;
  return [`${formatValue(rate, '1/s')} came in with ${had}; ${work}.`, ...blind];
}

function wanted({ recommendations }: Decision): string[] {
  if (recommendations.length === 0) return [];
  const parts = recommendations.map(
    (each, i) => `${voices[each.source]} ${i === 0 ? 'asked for' : 'for'} ${each.desired}`,
  );
  const [first = ''] = parts;
  const highest = recommendations.reduce((best, each) => (each.desired > best.desired ? each : best));
  const counts = recommendations.length === 1 ? '' : `; the highest counts: ${highest.reason}`;
  const alone = recommendations.length === 1 ? `: ${highest.reason}` : '';
  return [`${capital([first, ...parts.slice(1)].join(', '))}${alone}${counts}.`];
}

function chosen({ front, chosen: at, allowedLateShare }: DecisionPlan): string[] {
  const leader = front[at];
  if (leader === undefined) return [];
  const cheaper = front
    .filter((each) => each.replicas < leader.replicas)
    .reduce<(typeof front)[number] | undefined>(
      (best, each) => (best === undefined || each.replicas > best.replicas ? each : best),
      undefined,
    );
  const beside =
    cheaper === undefined
      ? 'nothing cheaper was as good'
      : `the next cheaper one would have used ${digits(cheaper.replicas)} with ${share(cheaper.lateShare)} late${
          cheaper.lateShare <= allowedLateShare ? ', and too little was seen yet to trust it with more' : ''
        }`;
  return [
    `Of ${count(front.length, 'policy', 'policies')} tried on its own load and not beaten there, the one that provides for "${leader.name}" led: ${digits(leader.replicas)} replicas on average, ${share(leader.lateShare)} late where ${share(allowedLateShare)} was allowed; ${beside}.`,
  ];
}

function done({ from, to, predicted, action, at }: Decision): string {
  const difference = Math.abs(to - from);
  const were = difference === 1 ? 'was' : 'were';
  const deed =
    to === from
      ? `it stayed at ${to}`
      : action.state === 'none'
        ? `it was only recommended to go from ${from} to ${to}`
        : to > from
          ? `${difference} more ${were} ordered`
          : `${difference} ${were} given back`;
  const cost =
    predicted.costPerHour === null
      ? []
      : [
          `${formatValue(predicted.costPerHour, 'usd/h')}${
            predicted.costChangePerHour === null || predicted.costChangePerHour === 0
              ? ''
              : ` (${formatValue(Math.abs(predicted.costChangePerHour), 'usd/h')} ${predicted.costChangePerHour > 0 ? 'more' : 'less'})`
          }`,
        ];
  const expected = [
    ...(predicted.saturation === null ? [] : [`${formatValue(predicted.saturation, 'ratio')} of the capacity in use`]),
    ...cost,
  ];
  const when = to === from ? '' : ` within ${formatDuration(Math.max(0, predicted.effectiveAt - at))}`;
  return `So ${deed}${expected.length === 0 ? '' : `; expected${when}: ${expected.join(', ')}`}.`;
}

function effect({ outcome, action }: Decision): string[] {
  if (action.state === 'failed') return [`It could not be done: ${action.message}.`];
  if (outcome === null) return [];
  const took = outcome.tookMs === null ? '' : `They were ready after ${formatDuration(outcome.tookMs)}. `;
  const used =
    outcome.saturation === null ? '' : `, ${formatValue(outcome.saturation, 'ratio')} of the capacity in use`;
  return [`${took}Afterwards ${count(outcome.readyReplicas, 'replica')} ready${used}: ${outcome.message}.`];
}

/** `cpu_utilization` as a person says it. */
function words(signal: string): string {
  return signal.replaceAll('_', ' ');
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function digits(value: number): string {
  return String(Number(value.toFixed(1)));
}

function share(value: number): string {
  return `${Number((value * 100).toPrecision(2))} %`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
