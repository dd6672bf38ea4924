/**
 * What one replica would serve at full use, from work and use of the processor while it was never full. Fitted by least
 * squares whose past fades (half-life two hours):
 *   use = idle + cost * rate + growth * rate²     (rate: work finished per replica and second)
 * and solved for use = 1. `idle` is what it burns without work, `growth` what each piece of work costs more the more there
 * is (locks, collection, caches). The curve is believed as far as the load was seen to vary: one level of load gives a
 * line through nothing used at no work. Bad at: pools that something else than the processor limits.
 */
export interface UtilizationCurve {
  /** Fading sums: of weights, of the rate's first four powers, of use times its powers 0 to 2, and of 1 / pieces of work. */
  readonly sums: readonly [number, number, number, number, number, number, number, number, number];
  /** Epoch milliseconds of the newest observation. */
  readonly at: number;
}

const halfLifeMs = 2 * 3_600_000;
/** Relative spread of the rates from which idle use is told from the work's, and from which a bend is looked for. */
const spreadOfLine = 0.1;
const spreadOfBend = 0.25;
const leastWeight = 60;
/** Its fourth power is a number still. */
const mostRate = 1e12;

export function emptyCurve(): UtilizationCurve {
  return { sums: [0, 0, 0, 0, 0, 0, 0, 0, 0], at: 0 };
}

/** Takes one observation: `rate` per replica and second above 0, `use` in 0..1, `pieces` of work behind them. */
export function addToCurve(
  curve: UtilizationCurve,
  seen: { rate: number; use: number; pieces: number },
  now: number,
): UtilizationCurve {
  const { rate, use, pieces } = seen;
  if (!(rate > 0 && rate < mostRate && pieces > 0)) return curve;
  const fade = curve.at === 0 ? 0 : 2 ** (-Math.max(0, now - curve.at) / halfLifeMs);
  const [n, x1, x2, x3, x4, y0, y1, y2, luck] = curve.sums;
  const x = rate;
  const sums: UtilizationCurve['sums'] = [
    n * fade + 1,
    x1 * fade + x,
    x2 * fade + x ** 2,
    x3 * fade + x ** 3,
    x4 * fade + x ** 4,
    y0 * fade + use,
    y1 * fade + use * x,
    y2 * fade + use * x * x,
    luck * fade + 1 / pieces,
  ];
  return { sums, at: now };
}

/** Work per second at full use; `null` while nothing was seen. */
export function servedAtFullUse(curve: UtilizationCurve): number | null {
  const [n, s1] = curve.sums;
  if (n === 0 || s1 <= 0) return null;
  const scale = s1 / n;
  // Rates in units of their mean: m[k] is the mean of their k-th power, u[k] of use times it.
  const m = [1, 1, 2, 3, 4].map((index, power) => (power === 0 ? 1 : curve.sums[index]! / n / scale ** power));
  const u = [5, 6, 7].map((index, power) => curve.sums[index]! / n / scale ** power);
  const proportional = u[0]!;
  // Few pieces of work in a window differ by luck: what varies by that alone tells nothing.
  const spread = Math.sqrt(Math.max(0, m[2]! - 1 - curve.sums[8] / n));
  if (proportional <= 0) return null;
  const trust = n < leastWeight ? 0 : share(spread, spreadOfLine);
  if (trust === 0) return scale / proportional;
  const line = fitLine(m, u);
  const bend = share(spread, spreadOfBend) > 0 ? fitBend(m, u) : undefined;
  const found = bend ?? line;
  if (found === undefined) return scale / proportional;
  const full = solve(found);
  // Believed in part: between the two answers, as far as the load varied.
  return scale * (full * trust + (1 - trust) / proportional);
}

interface Curve {
  readonly idle: number;
  readonly cost: number;
  readonly growth: number;
}

/** 0 below `least`, 1 from twice as much on. */
function share(spread: number, least: number): number {
  return Math.min(1, Math.max(0, (spread - least) / least));
}

/** Through no use at no work where the straight line would have less than nothing there. */
function fitLine(m: readonly number[], u: readonly number[]): Curve | undefined {
  const cost = (u[1]! - u[0]!) / (m[2]! - 1);
  const idle = u[0]! - cost;
  if (!(cost > 0)) return undefined;
  return idle >= 0 ? { idle, cost, growth: 0 } : { idle: 0, cost: u[1]! / m[2]!, growth: 0 };
}

/** The normal equations of a parabola, by Cramer's rule; only one that bends upward from a rising start is one. */
function fitBend(m: readonly number[], u: readonly number[]): Curve | undefined {
  const [, m1, m2, m3, m4] = m as [number, number, number, number, number];
  const determinant = det([1, m1, m2], [m1, m2, m3], [m2, m3, m4]);
  if (!(determinant > 1e-9)) return undefined;
  const [u0, u1, u2] = u as [number, number, number];
  const idle = det([u0, m1, m2], [u1, m2, m3], [u2, m3, m4]) / determinant;
  const cost = det([1, u0, m2], [m1, u1, m3], [m2, u2, m4]) / determinant;
  const growth = det([1, m1, u0], [m1, m2, u1], [m2, m3, u2]) / determinant;
  const free = { idle, cost, growth };
  const bent = idle >= 0 ? free : throughNothing(m, u);
  return bent.cost >= 0 && bent.growth > 0 ? bent : undefined;
}

/** The same without idle use: what is used at no work cannot be less than nothing. */
function throughNothing(m: readonly number[], u: readonly number[]): Curve {
  const determinant = m[2]! * m[4]! - m[3]! ** 2;
  const cost = (u[1]! * m[4]! - u[2]! * m[3]!) / determinant;
  return { idle: 0, cost, growth: (u[2]! * m[2]! - u[1]! * m[3]!) / determinant };
}

type Row = readonly [number, number, number];
function det(a: Row, b: Row, c: Row): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

/** Where the curve reaches full use. */
function solve({ idle, cost, growth }: Curve): number {
  const free = Math.max(0.05, 1 - idle);
  if (growth === 0) return free / cost;
  return (2 * free) / (cost + Math.sqrt(cost * cost + 4 * growth * free));
}
