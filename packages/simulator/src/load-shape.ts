/** Requests per second at so many milliseconds after the start. Never negative. */
export type LoadShape = (elapsedMs: number) => number;

export const constant =
  (rate: number): LoadShape =>
  () =>
    rate;

/** `before` until `atMs`, `after` from then on. */
export const step =
  (before: number, after: number, atMs: number): LoadShape =>
  (t) =>
    t < atMs ? before : after;

/** Straight from `first` to `last` between two times, level before and after. */
export const ramp =
  (first: number, last: number, over: { fromMs: number; toMs: number }): LoadShape =>
  (t) => {
    const share = (t - over.fromMs) / (over.toMs - over.fromMs);
    return first + (last - first) * Math.min(1, Math.max(0, share));
  };

/** A day: low at its beginning, high in its middle. `dayMs` shorter than a day gives a wave at high speed. */
export const dailyWave =
  (low: number, high: number, dayMs = 86_400_000): LoadShape =>
  (t) =>
    low + ((high - low) * (1 - Math.cos((2 * Math.PI * t) / dayMs))) / 2;

/** `factor` times the base between two times, at once. */
export const surge =
  (base: LoadShape, o: { factor: number; fromMs: number; toMs: number }): LoadShape =>
  (t) =>
    base(t) * (t >= o.fromMs && t < o.toMs ? o.factor : 1);

/** A surge too short to be answered: 30 s unless told. */
export const pulse = (base: LoadShape, o: { factor: number; atMs: number; lengthMs?: number }): LoadShape =>
  surge(base, { factor: o.factor, fromMs: o.atMs, toMs: o.atMs + (o.lengthMs ?? 30_000) });

/** Pulses again and again, one each `everyMs`. */
export const burst =
  (base: LoadShape, o: { factor: number; everyMs: number; lengthMs: number }): LoadShape =>
  (t) =>
    base(t) * (t % o.everyMs >= o.everyMs - o.lengthMs ? o.factor : 1);

/** A recorded load: one rate per `stepMs`, straight between them, the last one held. */
export const replay =
  (rates: readonly number[], stepMs: number): LoadShape =>
  (t) => {
    if (rates.length === 0) return 0;
    const at = Math.max(0, t / stepMs);
    const index = Math.min(Math.floor(at), rates.length - 1);
    const next = Math.min(index + 1, rates.length - 1);
    return rates[index]! + (rates[next]! - rates[index]!) * Math.min(1, at - index);
  };
