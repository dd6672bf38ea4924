// The controller on the worst need. The error is relative to what was ORDERED (ready + pending), so capacity on its way
// is already answered for: a Smith predictor in one subtraction. Proportional: gain 1 brings supply to need in one move;
// near the goal the gain falls with each recent reversal. Integral: a shortfall that is there again after the ordered
// replicas arrived (a clipped utilization, an overestimated capacity, a ramp) asks for a little more each time; it leaks,
// and it is held while a limit cuts the order (clamping), so that it cannot wind up. A backlog is an integral already and
// gets none. Derivative: the filtered growth of the load over the start-up time, from reactive/smooth.ts. Together they
// add at most 30 % to the need.
// Bad at: a shortfall whose cause is not the number of replicas; bounds and budget end that.

const integralPerOrder = 0.2;
const integralLeakMs = 120_000;
const additionsLimit = 0.3;
const errorLimit = 0.5;

export interface ControlInput {
  readonly need: number;
  readonly growth: number;
  /** Replicas ordered so far. */
  readonly current: number;
  readonly integral: number;
  /** Everything ordered has lately arrived, so that a shortfall now was not cured by it. */
  readonly isRepeated: boolean;
  readonly reversals: number;
  readonly tolerance: number;
  readonly elapsedMs: number;
}

export interface ControlOutput {
  /** Before rounding. */
  readonly replicas: number;
  /** The integral to keep, if the order is carried out in full. */
  readonly integral: number;
}

/** One step of the controller. Replicas are real numbers >= 0. */
export function control(input: ControlInput): ControlOutput {
  const { need, current, tolerance } = input;
  const elapsedMs = Math.min(Math.max(input.elapsedMs, 0), 30_000);
  const leaked = input.integral * Math.exp(-elapsedMs / integralLeakMs);
  if (current === 0) return { replicas: need * (1 + input.growth), integral: leaked };
  const error = need / current - 1;
  if (error <= tolerance) {
    const gain = adaptiveGain(error, input.reversals);
    return { replicas: Math.max(0, current * (1 + gain * error) + need * input.growth), integral: leaked };
  }
  const gained = input.isRepeated ? Math.min(error, errorLimit) * integralPerOrder : 0;
  const integral = Math.min(additionsLimit, leaked + gained);
  const additions = Math.min(additionsLimit, leaked + input.growth);
  return { replicas: current * (1 + adaptiveGain(error, input.reversals) * error) + need * additions, integral };
}

/** 1 far from the goal; near it 1, 0.8, 0.67 ... down to 0.5 with recent reversals. */
function adaptiveGain(error: number, reversals: number): number {
  if (Math.abs(error) > errorLimit) return 1;
  return Math.max(0.5, 1 / (1 + 0.25 * reversals));
}
