import type {
  DecisionInputs,
  DecisionReason,
  LimitStep,
  PredictedImpact,
  Recommendation,
  SignalName,
  Signals,
} from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import { type Capacity, capacityOf, startupOf } from './capacity.ts';
import { fadedReversals, noteChange } from './change-history.ts';
import { explain } from './explain.ts';
import { limitBudget } from './limits/budget.ts';
import { boundsAt, clamp } from './limits/clamp.ts';
import { limitRate } from './limits/limit-rate.ts';
import { remember, stabilize } from './limits/stabilize.ts';
import { fadedFloor, type Prediction, predict } from './predictive.ts';
import { control } from './reactive/control.ts';
import { deadBand, settleOn } from './reactive/dead-band.ts';
import type { Loss, Need, NeedContext } from './reactive/need.ts';
import { readNeeds } from './reactive/read-needs.ts';
import { reconcile } from './reconcile.ts';
import type { Change, ScalingState } from './scaling-state.ts';
import type { DecideResult, PoolSnapshot } from './snapshot.ts';
import { trackReady } from './track-ready.ts';

/** A number of replicas on its way through the steps, with what was said about it. */
interface Wanted {
  readonly desired: number;
  readonly reason: DecisionReason | null;
  readonly recommendations: readonly Recommendation[];
  readonly why: string;
  readonly prediction: Prediction | undefined;
  readonly integral: number;
  readonly smooth: ScalingState['smooth'];
  readonly seen: readonly string[];
  /** True when the number rests on measured load; false for a hold. */
  readonly isMeasured: boolean;
}

/**
 * One decision for one pool: reactive and predictive recommendations, the larger of the two, then
 * stabilize → limit → clamp → budget → mode, each step that changes the number with its reason. Pure; under a
 * millisecond. `now` is epoch milliseconds; a clock that was set back counts as standing still.
 */
export function decide(snapshot: PoolSnapshot, before: ScalingState, clockNow: number): DecideResult {
  const now = Math.max(clockNow, before.at);
  const { config, replicas } = snapshot;
  const capacity = capacityOf(config, before);
  const startupMs = startupOf(config, before);
  const { current, state, note } = reconcile(snapshot, trackReady(before, replicas.ready, now), { now, startupMs });
  const reversals = fadedReversals(before, now);
  const context: NeedContext = { snapshot, state, now, current, capacity, startupMs, smooth: { ...state.smooth } };

  const bounds = boundsAt(config, now);
  const wanted = wantedReplicas(context, reversals);
  // The first recommendation after a start without memory is what already runs: nobody knows yet what was needed.
  const seeded = before.at === 0 ? remember(state, current, { config, now }) : state;
  const windows = remember(seeded, wanted.desired, { config, now });
  const limits: LimitStep[] = [];
  let desired = wanted.desired;
  const apply = (result: { desired: number; step: LimitStep | null }) => {
    desired = result.desired;
    if (result.step !== null) limits.push(result.step);
  };
  if (wanted.isMeasured) {
    apply(stabilize(windows, { desired, current, config }));
    // Bounds move at once, as in the HPA; only what the load asks for is limited in rate.
    const start = Math.min(Math.max(current, bounds.min), bounds.max);
    apply(limitRate({ desired, current: start, changes: state.changes, config, now }));
  }
  if (snapshot.targetHealthy) apply(clamp(desired, bounds));
  if (wanted.isMeasured) apply(limitBudget({ desired, min: bounds.min, spentToday: snapshot.spentToday, config, now }));
  const proposed = desired;
  apply(holdForRefusal(state, desired, { current, now }));
  apply(holdForMode(snapshot, desired, current));

  const change = { at: now, from: current, to: desired };
  const noted = noteChange(state.changes, change, reversals);
  const reason = reasonFor({ wanted, limits, current, desired, snapshot, capacity });
  const isCut = limits.some((l) => l.step !== 'mode' && l.to < l.from);
  const predicted = predictImpact({ snapshot, context, current, desired: proposed });
  return {
    decision: {
      pool: snapshot.pool,
      at: now,
      from: current,
      to: desired,
      reason,
      message: explain({
        from: current,
        to: desired,
        reason,
        why: note === '' ? wanted.why : `${wanted.why}; ${note}`,
        pending: replicas.pending,
        limits,
      }),
      inputs: inputsOf(snapshot, { now, capacity, startupMs }),
      recommendations: wanted.recommendations,
      limits,
      forecast: wanted.prediction?.forecast ?? null,
      predicted,
    },
    state: {
      ...state,
      at: now,
      desired,
      changes: noted.changes,
      reversals: noted.reversals,
      highest: windows.highest,
      lowest: windows.lowest,
      smooth: wanted.smooth,
      seen: wanted.seen,
      integral: isCut ? state.integral : wanted.integral,
    },
  };
}

function wantedReplicas(context: NeedContext, reversals: number): Wanted {
  const { snapshot, state, now, current, capacity, startupMs } = context;
  const { config } = snapshot;
  const prediction = predict({ forecast: snapshot.forecast, config, capacity, startupMs, now });
  const hold = (reason: DecisionReason | null, why: string, seen = state.seen): Wanted => ({
    desired: current,
    reason,
    recommendations: [{ source: 'hold', desired: current, reason: why }],
    why,
    prediction,
    integral: state.integral,
    smooth: context.smooth,
    seen,
    isMeasured: false,
  });
  if (!snapshot.targetHealthy) return hold('TargetUnavailable', 'the target cannot be reached');

  const { needs, losses, usable, seen } = readNeeds(context);
  if (usable === 0) {
    if (losses.length > 0) return hold(worstLoss(losses).reason, describeLosses(losses), seen);
    return hold('NoData', 'no signal is known', seen);
  }
  const band = deadBand(config.tolerance, reversals);
  const worst = needs.reduce<Need | undefined>(
    (a, b) => (a === undefined || b.replicas > a.replicas ? b : a),
    undefined,
  );
  const chosen = worst ?? probe(context);
  if (chosen === undefined) return hold(null, 'nothing that is known says how many are needed', seen);
  const output = control({
    need: chosen.replicas,
    growth: chosen.growth,
    current,
    integral: chosen.kind === 'backlog' || chosen.kind === 'guard' ? 0 : state.integral,
    isRepeated: hasArrived(context),
    reversals,
    tolerance: band.up,
    elapsedMs: state.at === 0 ? 0 : now - state.at,
  });
  // A lost signal might have asked for more: what is left may raise the number, never lower it.
  const reactive = losses.length > 0 ? Math.max(output.replicas, current) : output.replicas;
  const reactiveWhole = settleOn(reactive, current, band);
  const lossText = losses.length > 0 && output.replicas < current ? `; ${describeLosses(losses)}` : '';
  const recommendations: Recommendation[] = [
    {
      source: chosen.kind === 'backlog' ? 'backlog' : 'reactive',
      desired: reactiveWhole,
      reason: chosen.why + lossText,
    },
  ];
  let desired = reactiveWhole;
  let why = chosen.why + lossText;
  let reason: DecisionReason | null = null;
  if (losses.length > 0 && output.replicas < current * (1 - band.down)) reason = worstLoss(losses).reason;
  else if (reactiveWhole === current && chosen.replicas > current * (1 + band.up / 2)) reason = 'WithinTolerance';
  else if (reactiveWhole === current && chosen.replicas > snapshot.replicas.ready && snapshot.replicas.pending > 0) {
    reason = 'CapacityOnTheWay';
  }
  if (prediction?.replicas != null) {
    const floor = fadedFloor(output.replicas, prediction.replicas, prediction.forecast.trust);
    const floorWhole = settleOn(Math.max(floor, reactive), current, band);
    recommendations.push({ source: 'predictive', desired: Math.ceil(floor - 1e-6), reason: prediction.why });
    if (config.predictive === 'forecast-and-scale' && floorWhole > desired) {
      desired = floorWhole;
      why = prediction.why;
      reason = 'ForecastFloor';
    }
  }
  return {
    desired,
    reason,
    recommendations,
    why,
    prediction,
    integral: output.integral,
    smooth: context.smooth,
    seen,
    isMeasured: true,
  };
}

/** The last order was for more, it is all there, and that is not long ago. */
function hasArrived(context: NeedContext): boolean {
  const last = context.state.changes.at(-1);
  const { replicas } = context.snapshot;
  if (last === undefined || last.to < last.from) return false;
  return replicas.pending === 0 && replicas.ready >= last.to && context.now - last.at < 2 * context.startupMs + 120_000;
}

/**
 * Where every objective is met with room and nothing tells how many would do: try a quarter fewer, slowly, and not
 * again what had to be taken back lately.
 */
function probe(context: NeedContext): Need | undefined {
  const { snapshot, current, now, state } = context;
  const isQuiet = snapshot.replicas.pending === 0 && now - (state.changes.at(-1)?.at ?? 0) >= 120_000;
  if (!isQuiet) return undefined;
  const tooFew = state.changes.filter((change, i) => change.to < change.from && isUp(state.changes[i + 1]));
  const fewer = Math.max(Math.floor(current * 0.75), ...tooFew.map((change) => change.to + 1));
  if (fewer >= current) return undefined;
  const why = 'every objective is met with room, and nothing tells how many would do';
  return { source: 'probe', kind: 'probe', replicas: fewer, growth: 0, why };
}

function isUp(change: Change | undefined): boolean {
  return change !== undefined && change.to > change.from;
}

function worstLoss(losses: readonly Loss[]): Loss {
  const order = ['InvalidData', 'StaleData', 'NoData'];
  return losses.reduce((a, b) => (order.indexOf(b.reason) < order.indexOf(a.reason) ? b : a));
}

function describeLosses(losses: readonly Loss[]): string {
  const shown = losses
    .slice(0, 3)
    .map((loss) => loss.message)
    .join(', ');
  return losses.length > 3 ? `${shown} and ${losses.length - 3} more` : shown;
}

/** A target that refused is left alone for a while when more is wanted; giving back is always possible. */
function holdForRefusal(
  state: ScalingState,
  desired: number,
  o: { current: number; now: number },
): { desired: number; step: LimitStep | null } {
  const { current, now } = o;
  if (desired <= current || now >= state.refusals.retryAt) return { desired, step: null };
  const again = formatDuration(state.refusals.retryAt - now);
  const message = `the target refused the last order; it is asked for ${desired} again in ${again}`;
  return {
    desired: current,
    step: { step: 'limit', from: desired, to: current, reason: 'TargetUnavailable', message },
  };
}

function holdForMode(
  snapshot: PoolSnapshot,
  desired: number,
  current: number,
): { desired: number; step: LimitStep | null } {
  if (snapshot.mode === 'auto' || desired === current) return { desired, step: null };
  const isPaused = snapshot.mode === 'paused';
  return {
    desired: current,
    step: {
      step: 'mode',
      from: desired,
      to: current,
      reason: isPaused ? 'Paused' : 'RecommendOnly',
      message: isPaused ? `paused: ${desired} would run` : `recommends ${desired}, changes nothing`,
    },
  };
}

function reasonFor(o: {
  wanted: Wanted;
  limits: readonly LimitStep[];
  current: number;
  desired: number;
  snapshot: PoolSnapshot;
  capacity: Capacity | null;
}): DecisionReason {
  const { wanted, limits, current, desired, snapshot } = o;
  if (snapshot.mode === 'paused') return 'Paused';
  const last = limits.at(-1);
  if (last?.step === 'mode') return last.reason;
  if (desired > current) {
    if (last?.reason === 'ScheduledMinimum') return 'ScheduledMinimum';
    if (last?.reason === 'ClampedToMinimum') return 'BelowMinimum';
    return wanted.reason === 'ForecastFloor' ? 'ForecastFloor' : 'ScaledUp';
  }
  if (desired < current) {
    if (last?.reason === 'ClampedToMaximum') return 'AboveMaximum';
    if (last?.reason === 'BudgetExceeded') return 'BudgetExceeded';
    return 'ScaledDown';
  }
  if (wanted.reason !== null && wanted.reason !== 'ForecastFloor') return wanted.reason;
  if (last !== undefined) return last.reason;
  if (wanted.reason === 'ForecastFloor') return 'ForecastFloor';
  return 'Steady';
}

function predictImpact(o: {
  snapshot: PoolSnapshot;
  context: NeedContext;
  current: number;
  desired: number;
}): PredictedImpact {
  const { snapshot, context, current, desired } = o;
  const { config } = snapshot;
  const demand = context.smooth['request_rate'];
  const price = config.pricePerReplicaHour;
  return {
    saturation:
      demand === undefined || context.capacity === null || desired === 0
        ? null
        : demand.mean / (context.capacity.perReplica * desired),
    costPerHour: price === null ? null : price * desired,
    costChangePerHour: price === null ? null : price * (desired - current),
    effectiveAt: context.now + config.intervalMs + (desired > current ? context.startupMs : 0),
  };
}

function inputsOf(
  snapshot: PoolSnapshot,
  o: { now: number; capacity: Capacity | null; startupMs: number },
): DecisionInputs {
  const signals: Record<string, { value: number | null; ageMs: number }> = {};
  for (const name of Object.keys(snapshot.signals) as SignalName[]) {
    const found: Signals[SignalName] = snapshot.signals[name];
    if (found === undefined) continue;
    const isNumber = found.value !== null && Number.isFinite(found.value);
    signals[name] = { value: isNumber ? found.value : null, ageMs: o.now - found.at };
  }
  return {
    signals,
    replicas: snapshot.replicas,
    capacityPerReplica: o.capacity?.perReplica ?? null,
    startupMs: o.startupMs,
  };
}
