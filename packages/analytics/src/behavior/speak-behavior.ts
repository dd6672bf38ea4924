import { type AgentBehavior, signals as definitions, type Signals } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import { speakSignal } from '../health/judge-signal.ts';
import type { BehaviorWatch, Comparison, Difference } from './behavior-watch.ts';
import { behaviorSignals } from './profile-table.ts';

const mostNamed = 3;

/** "behaves unlike its own past (busy in the evening): p95 latency 2.4 s, usually 180 ms; queue 40, usually 3". */
export function speakBehavior(comparison: Comparison, when: string, differences: readonly Difference[]): string {
  const against = comparison === 'peers' ? 'its peers' : `its own past (${when})`;
  const named = differences.slice(0, mostNamed).map(({ signal, value, usual }) => {
    const unit = definitions[signal].unit;
    const normal = `${comparison === 'peers' ? 'theirs' : 'usually'} ${formatValue(usual, unit)}`;
    return `${speakSignal(signal)} ${formatValue(value, unit)}, ${normal}`;
  });
  return `behaves unlike ${against}${named.length === 0 ? '' : `: ${named.join('; ')}`}`;
}

/** The profile of the agent at this moment, for its report; `undefined` for an agent that is not followed. */
export function describeBehavior(watch: BehaviorWatch, id: string, signals: Signals): AgentBehavior | undefined {
  const state = watch.state(id);
  if (state === undefined) return undefined;
  const { when, known } = watch.profiles.words(state.row, state.cell);
  return {
    when,
    known,
    ownPast: { strangeness: state.own, unlike: state.ownOpen },
    peers: { strangeness: state.peers, unlike: state.peersOpen },
    signals: behaviorSignals.flatMap(([signal, resolution], k) => {
      const value = signals[signal]?.value ?? null;
      const usual = watch.profiles.usual(state.row, state.cell, k);
      const median = resolution * Math.sinh(state.medians[k]!);
      const peers = Number.isNaN(median) ? null : median;
      if (value === null && usual === null) return [];
      const distance = (of: number) => (Number.isNaN(of) ? null : of);
      return [
        {
          signal,
          value,
          usual: usual?.usual ?? null,
          lower: usual?.lower ?? null,
          upper: usual?.upper ?? null,
          peers,
          ownDistance: distance(state.ownDistance[k]!),
          peerDistance: distance(state.peerDistance[k]!),
        },
      ];
    }),
  };
}
