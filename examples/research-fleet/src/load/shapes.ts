/**
 * How many questions a second people ask, as a function of time. A wave is a day at high speed (10 minutes): quiet at
 * night, one gentle peak. Surge and burst multiply calm and give way to the shape before them when they end.
 */
export const shapeNames = ['calm', 'daily', 'surge', 'burst', 'trace'] as const;
export type ShapeName = (typeof shapeNames)[number];

export interface ShapeOptions {
  /** Questions per second when calm. */
  readonly calmRate: number;
  /** Rate per second of a recorded trace at `elapsedMs`, where one was given. */
  readonly trace?: (elapsedMs: number) => number;
}

const dayMs = 600_000;
const surgeFactor = 8;
const surgeMs = 600_000;
const burstFactor = 15;
const burstMs = 30_000;

/** Questions per second of a shape `elapsedMs` after it began. Never negative. */
export function shapeRate(shape: ShapeName, elapsedMs: number, options: ShapeOptions): number {
  const { calmRate } = options;
  switch (shape) {
    case 'calm':
      return calmRate;
    case 'daily':
      return calmRate * (1 - 0.55 * Math.cos((2 * Math.PI * elapsedMs) / dayMs + Math.PI / 4));
    case 'surge':
      return calmRate * surgeFactor;
    case 'burst':
      return calmRate * burstFactor;
    case 'trace':
      return Math.max(0, options.trace?.(elapsedMs) ?? calmRate);
  }
}

/** How long a shape lasts before the one before it comes back; `null` for one that stays. */
export function shapeDurationMs(shape: ShapeName): number | null {
  if (shape === 'surge') return surgeMs;
  if (shape === 'burst') return burstMs;
  return null;
}

export interface ShapeState {
  readonly shape: ShapeName;
  readonly since: number;
  /** What comes back when this one ends. */
  readonly base: ShapeName;
}

/** Changes the shape. The base is the newest lasting shape, so a burst inside a surge still ends in calm. */
export function changeShape(state: ShapeState, shape: ShapeName, now: number): ShapeState {
  return { shape, since: now, base: shapeDurationMs(shape) === null ? shape : state.base };
}

/** Ends a shape whose time is over. */
export function settleShape(state: ShapeState, now: number): ShapeState {
  const duration = shapeDurationMs(state.shape);
  return duration === null || now - state.since < duration
    ? state
    : { shape: state.base, since: state.since + duration, base: state.base };
}

export function isShapeName(text: unknown): text is ShapeName {
  return shapeNames.some((name) => name === text);
}
