import { shortNumber } from '@jaegis/std';
import type { Need, NeedContext } from './need.ts';
import { doubt, expectedGrowth, smooth } from './smooth.ts';

/** At most this much on top for growth that is only expected: the overshoot of a wrong guess stays small. */
export const growthLimit = 0.25;

/** Little's law from the arrival side: replicas = arrivals / (capacity of one x how much of it is meant to be used). */
export function demandNeed(context: NeedContext, arrivals: number): Need | undefined {
  const { capacity, snapshot, now, startupMs } = context;
  const { config } = snapshot;
  const filtered = smooth(context.smooth['request_rate'], arrivals, now);
  context.smooth['request_rate'] = filtered;
  const arrives = `${shortNumber(filtered.mean)} requests/s arrive${doubt(filtered, arrivals)}`;
  if (arrivals === 0 && filtered.mean < 1e-3) {
    return { source: 'request_rate', kind: 'demand', replicas: 0, growth: 0, why: 'nothing arrives' };
  }
  if (capacity === null) return undefined;
  const use = config.policy.utilization;
  const serves = capacity.perReplica * use;
  const how = capacity.source === 'configured' ? '' : ' (learned)';
  return {
    source: 'request_rate',
    kind: 'demand',
    replicas: filtered.mean / serves,
    growth: expectedGrowth(filtered, startupMs + config.intervalMs, growthLimit),
    why: `${arrives}, one replica serves ${shortNumber(serves)}/s at ${shortNumber(use * 100)} % use${how}`,
  };
}
