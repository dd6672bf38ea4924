/**
 * The global network (network/network.ts) as a member: it reads the series once, from before the first origin to the newest
 * value, and keeps what its heads say at each origin.
 * Costs about 3 microseconds a step. Bad at: what the network is bad at; without a network it does not stand up.
 */
import { type ForecastNetwork, forecastFrom, NetworkRun } from '../network/network.ts';
import { heads, type SeriesView, viewOf } from '../network/series-view.ts';
import type { Member, MemberContext } from './member.ts';

/** Steps that the state is warmed up over before the first origin, and that are read at once. */
const warmSteps = 48;
const chunk = 64;

export function lstm(context: MemberContext): Member | undefined {
  const { values, origins, network } = context;
  if (network === undefined || values.length < warmSteps) return undefined;
  const usable = origins[0] ?? values.length - 1;
  const view = viewOf(context, Math.max(usable, values.length >> 1));
  let known: Map<number, Float64Array> | undefined;
  return {
    name: 'lstm',
    // Old origins have faded: the newer half tells enough of what it earns, for half the cost.
    from: Math.max(view.from + warmSteps, origins[origins.length >> 1] ?? 0),
    reach: heads.at(-1)!,
    predict(origin, out) {
      known ??= readOnce(context, view, network);
      const mix = known.get(origin);
      if (mix === undefined) out.fill(values[Math.min(origin, values.length - 1)]!);
      else forecastFrom(view, origin, mix, out);
    },
  };
}

function readOnce({ origins }: MemberContext, view: SeriesView, network: ForecastNetwork): Map<number, Float64Array> {
  const found = new Map<number, Float64Array>();
  const wanted = origins.slice(origins.length >> 1).filter((origin) => origin >= view.from + warmSteps);
  const run = new NetworkRun(network.weights, chunk);
  let first = Math.max(view.from, (wanted[0] ?? 0) - warmSteps);
  let next = 0;
  for (let goesOn = false; next < wanted.length; goesOn = true, first += chunk) {
    run.read(view, first, goesOn);
    for (; next < wanted.length && wanted[next]! < first + chunk; next++) {
      const mix = new Float64Array(4 * heads.length);
      run.mixAt(wanted[next]! - first, mix);
      found.set(wanted[next]!, mix);
    }
  }
  return found;
}
