import type { TunedParameter, TuningRecord } from '@jaegis/model';

export type Tuned = Readonly<Record<TunedParameter, number>>;

/** No factor leaves these: an outcome may correct an assumption, never replace what a person meant. */
export const tunedBounds: Readonly<Record<TunedParameter, readonly [least: number, most: number]>> = {
  startup: [0.5, 4],
  headroom: [0.8, 1.1],
  forecast: [0.1, 1],
  patience: [0.5, 3],
};

/** What it is like: shares of time, 0..1. */
export interface Burden {
  /** Short of capacity. */
  readonly short: number;
  /** Of the capacity that was paid for: not used. */
  readonly idle: number;
}

/** A change that is being watched. */
export interface Trial {
  readonly id: string;
  readonly parameter: TunedParameter;
  readonly before: number;
  readonly since: number;
  readonly baseline: Burden;
  readonly seen: Burden & { readonly ms: number };
}

export interface EffectState {
  readonly at: number;
  /** Actions judged, and means over them that forget (each new one counts a tenth). */
  readonly judged: number;
  readonly accuracy: number | null;
  readonly speed: number | null;
  readonly startMs: number | null;
  /** Over time, half-life a day. */
  readonly efficiency: number | null;
  readonly changes: number;
  readonly turns: number;
  /** Over time, half-life half an hour. */
  readonly burden: Burden;
  readonly watchedMs: number;
  /** Evidence since the parameter it speaks of was last changed. */
  readonly starts: readonly number[];
  readonly forecasts: readonly boolean[];
  /** Peaks that were ordered for by forecast and whose time is not over, with the highest demand since. */
  readonly expected: readonly { readonly peak: number; readonly until: number; readonly best: number }[];
  readonly turnedAt: readonly number[];
  readonly lastDownAt: number;
  readonly tuned: Tuned;
  readonly trial: Trial | null;
  /** Until when a parameter is left alone, and how often its changes were undone. */
  readonly restUntil: Readonly<Partial<Record<TunedParameter, number>>>;
  readonly undone: Readonly<Partial<Record<TunedParameter, number>>>;
  readonly records: readonly TuningRecord[];
  readonly made: number;
}

export const neutral: Tuned = { startup: 1, headroom: 1, forecast: 1, patience: 1 };

export function initialEffect(): EffectState {
  return {
    at: 0,
    judged: 0,
    accuracy: null,
    speed: null,
    startMs: null,
    efficiency: null,
    changes: 0,
    turns: 0,
    burden: { short: 0, idle: 0 },
    watchedMs: 0,
    starts: [],
    forecasts: [],
    expected: [],
    turnedAt: [],
    lastDownAt: 0,
    tuned: neutral,
    trial: null,
    restUntil: {},
    undone: {},
    records: [],
    made: 0,
  };
}

/** Every time in it, moved with a clock that was set back. */
export function moveEffect(effect: EffectState, move: (at: number) => number): EffectState {
  const rest = Object.entries(effect.restUntil).map(([parameter, at]) => [parameter, move(at)]);
  return {
    ...effect,
    at: effect.at === 0 ? 0 : move(effect.at),
    lastDownAt: effect.lastDownAt === 0 ? 0 : move(effect.lastDownAt),
    turnedAt: effect.turnedAt.map(move),
    expected: effect.expected.map((each) => ({ ...each, until: move(each.until) })),
    trial: effect.trial === null ? null : { ...effect.trial, since: move(effect.trial.since) },
    restUntil: Object.fromEntries(rest) as EffectState['restUntil'],
  };
}
