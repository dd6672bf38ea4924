import {
  type DecisionForecast,
  type DecisionInputs,
  type DecisionReason,
  type DecisionSize,
  isActing,
  type LimitStep,
  type PredictedImpact,
  type SignalName,
  type Signals,
} from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import { type Capacity, capacityOf, startupOf } from './capacity/capacity.ts';
import { lackOfGain } from './capacity/gain.ts';
import { fadedReversals, noteChange } from './change-history.ts';
import type { Tuned } from './effect/effect-state.ts';
import { followEffect, type Moment } from './effect/follow-effect.ts';
import { tune, tunedConfig } from './effect/tune.ts';
import { explain } from './explain.ts';
import { followClock } from './follow-clock.ts';
import { activate } from './limits/activate.ts';
import { limitBudget, limitHourlyBudget } from './limits/budget.ts';
import { boundsAt, clamp } from './limits/clamp.ts';
import { limitRate } from './limits/limit-rate.ts';
import { limitStep } from './limits/max-step.ts';
import { holdForMode } from './limits/mode.ts';
import { limitQuota } from './limits/quota.ts';
import { coverLosses, keepRedundancy } from './limits/redundancy.ts';
import { remember, stabilize } from './limits/stabilize.ts';
import { limitRegions } from './placement/limit-regions.ts';
import { movesOf, place } from './placement/place.ts';
import { noteRateKind } from './reactive/arrivals.ts';
import { contradiction } from './reactive/contradiction.ts';
import type { NeedContext } from './reactive/need.ts';
import { readSignal } from './read-signal.ts';
import { recommend, type Wanted } from './recommend.ts';
import { reconcile } from './reconcile.ts';
import { prepareRehearsal } from './rehearsal/prepare.ts';
import { provenScaleUp, rehearsedScaleUp, type ScalingConfig } from './scaling-config.ts';
import type { ScalingState } from './scaling-state.ts';
import { decideSize } from './size/decide-size.ts';
import type { DecideResult, PoolSnapshot } from './snapshot.ts';
import { trackReady, trackWaiting } from './track-ready.ts';
import { prepareWorkers } from './workers/prepare-workers.ts';
import { workloadOf } from './workload.ts';

/**
 * One decision for one pool: reactive and predictive recommendations, the larger of the two, then
 * redundancy → stabilize → limit → clamp → budget → quota → step → mode, each step that changes the number with its reason. Pure; under a
 * millisecond. `now` is epoch milliseconds; a clock that was set back takes the memory with it.
 */
export function decide(given: PoolSnapshot, last: ScalingState, now: number): DecideResult {
  const before = followClock(last, now);
  const { tuned } = before.effect;
  const snapshot = withTuned(given, tuned);
  const { config, replicas } = snapshot;
  const capacity = capacityOf(config, before);
  const startupMs = startupOf(config, before) * tuned.startup;
  const tracked = trackWaiting(trackReady(before, replicas.ready, now), replicas.pending, now);
  const { current, state, note, isOtherHand } = reconcile(
    snapshot,
    noteRateKind(tracked, snapshot, { capacity, now }),
    {
      now,
      startupMs,
    },
  );
  const reversals = fadedReversals(before, now);
  // A pool that was never looked at before has nothing to rehearse yet.
  const rehearsal = before.at === 0 ? null : prepareRehearsal(before.rehearsal, { config, capacity, startupMs });
  const workers = before.at === 0 ? null : prepareWorkers(before.workers, { config, capacity, startupMs });
  const smooth = { ...state.smooth };
  const context: NeedContext = { snapshot, state, now, current, capacity, startupMs, smooth, rehearsal, workers };

  const bounds = boundsAt(config, now);
  const wanted = recommend(context, reversals);
  // The first recommendation after a start without memory is what already runs: nobody knows yet what was needed.
  const seeded = before.at === 0 ? remember(state, current, { config, now }) : state;
  const covered = wanted.isMeasured
    ? coverLosses({ desired: wanted.desired, needed: servingNeed(context, wanted), constraints: config.constraints })
    : { desired: wanted.desired, steps: [] };
  const windows = remember(seeded, covered.desired, { config, now });
  const limits: LimitStep[] = [...covered.steps];
  let { desired } = covered;
  const apply = (result: { desired: number; step: LimitStep | null }) => {
    desired = result.desired;
    if (result.step !== null) limits.push(result.step);
  };
  if (wanted.isMeasured) {
    const steadied =
      wanted.isRehearsed && config.isDownWindowOurs
        ? ownDownWindow(config, workers === null ? reversals * tuned.patience : 0)
        : config;
    apply(stabilize(windows, { desired, current, config: steadied, now }));
    // Bounds move at once, as in the HPA; only what the load asks for is limited in rate.
    const start = Math.min(Math.max(current, bounds.min), bounds.max);
    const scaleUp = wanted.isProven ? provenScaleUp : rehearsedScaleUp;
    const ours = wanted.isRehearsed && config.isUpRateOurs ? { ...config, scaleUp } : config;
    apply(limitRate({ desired, current: start, changes: state.changes, config: ours, now }));
  }
  if (wanted.isMeasured) apply(activate(snapshot, { desired, current, min: bounds.min, now }));
  const { min, max } = bounds;
  const { isMeasured } = wanted;
  if (snapshot.targetHealthy) {
    apply(clamp(desired, bounds));
    apply(keepRedundancy({ desired, max, constraints: config.constraints }));
  }
  if (isMeasured) {
    apply(limitBudget({ desired, min, spentToday: snapshot.spentToday, config, now }));
    apply(limitHourlyBudget({ desired, min, config }));
  }
  apply(limitQuota({ desired, current, min, isMeasured, quotas: snapshot.quotas ?? [] }));
  apply(limitRegions({ desired, current, isMeasured, rules: config.placement }));
  apply(limitStep({ desired, current, maxStep: config.constraints.maxStep }));
  const proposed = desired;
  apply(holdForRefusal(state, desired, { current, now }));
  apply(holdForMode(snapshot.mode, desired, current));

  const change = { at: now, from: current, to: desired };
  const noted = noteChange(state.changes, change, reversals);
  const size =
    snapshot.size === undefined || !snapshot.targetHealthy || !isActing(snapshot.mode)
      ? null
      : decideSize(
          snapshot.size,
          {
            resizedAt: state.resizedAt,
            isAtLid: limits.some((each) => lids.has(each.reason)),
            isSettled: desired === current && replicas.pending === 0,
          },
          now,
        );
  const number = reasonFor({ wanted, limits, current, desired, snapshot, isOtherHand });
  const placement =
    config.placement === null ? null : place(config.placement, { replicas: desired, current: snapshot.placed ?? {} });
  const isMoved =
    placement !== null && snapshot.targetHealthy && isActing(snapshot.mode) && movesOf(placement, desired) > 0;
  const reason = desired !== current ? number : size !== null ? 'Resized' : isMoved ? 'Moved' : number;
  const isCut = limits.some((l) => l.step !== 'mode' && l.to < l.from);
  const predicted = predictImpact({ snapshot, context, current, desired: proposed, size });
  const priced = placement?.costPerHour ?? null;
  const { effect } = state;
  const followed = isActing(snapshot.mode)
    ? tune(
        followEffect(
          effect,
          momentOf(context, {
            isMeasured,
            change,
            forecast: reason === 'ForecastFloor' ? (wanted.prediction?.forecast ?? null) : null,
          }),
          now,
        ),
        { pool: snapshot.pool, config: given.config, isRehearsed: wanted.isRehearsed },
        now,
      )
    : effect;
  const workload = workloadOf(state.workload, config);
  const plan = wanted.isRehearsed ? (workers?.plan ?? rehearsal?.plan ?? null) : null;
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
        why: [wanted.why, note, contradiction(context), desired > current ? lackOfGain(state.capacity.gain) : '']
          .filter((part) => part !== '')
          .join('; '),
        pending: replicas.pending,
        waitingMs: now - (state.waitingSince ?? now),
        startupMs,
        limits,
        size,
      }),
      inputs: inputsOf(snapshot, { now, capacity, startupMs }),
      recommendations: wanted.recommendations,
      limits,
      forecast: wanted.prediction?.forecast ?? null,
      plan: plan === null || workload === null ? plan : { ...plan, workload: workload.class },
      workload,
      size,
      placement,
      predicted: priced === null || desired !== proposed ? predicted : { ...predicted, costPerHour: priced },
    },
    state: {
      ...state,
      at: now,
      desired,
      wasFulfilled: desired === current && state.wasFulfilled,
      changes: noted.changes,
      reversals: noted.reversals,
      highest: windows.highest,
      lowest: windows.lowest,
      smooth: wanted.smooth,
      seen: wanted.seen,
      integral: isCut ? state.integral : wanted.integral,
      rehearsal: rehearsal ?? before.rehearsal,
      workers: workers ?? before.workers,
      effect: followed,
      resizedAt: size === null ? state.resizedAt : now,
    },
  };
}

/** More is wanted than may run: what a larger replica could do instead. */
const lids: ReadonlySet<DecisionReason> = new Set([
  'ClampedToMaximum',
  'QuotaExceeded',
  'BudgetExceeded',
  'RegionsFull',
]);

/** What outcomes have taught, laid over what is configured and forecast. */
function withTuned(snapshot: PoolSnapshot, tuned: Tuned): PoolSnapshot {
  const config = tunedConfig(snapshot.config, tuned);
  const { forecast } = snapshot;
  if (config === snapshot.config && (forecast === null || tuned.forecast === 1)) return snapshot;
  return { ...snapshot, config, forecast: forecast && { ...forecast, trust: forecast.trust * tuned.forecast } };
}

function momentOf(
  context: NeedContext,
  o: { isMeasured: boolean; change: { from: number; to: number }; forecast: DecisionForecast | null },
): Moment {
  const { snapshot, capacity, now, smooth } = context;
  const { config, replicas } = snapshot;
  const queue = readSignal(snapshot.signals, 'queue_length', { now, staleAfterMs: config.staleAfterMs });
  return {
    config,
    demand: o.isMeasured ? (smooth['request_rate']?.mean ?? null) : null,
    queue: queue.ok ? queue.value : null,
    perReplica: capacity?.perReplica ?? null,
    ready: replicas.ready,
    paid: replicas.ready + replicas.pending + replicas.draining,
    change: o.change,
    expected: o.forecast === null || o.change.to <= o.change.from ? null : o.forecast,
  };
}

/** More is dear where a load goes up and down all the time: hysteresis does the rest (rehearsed-need.ts). */
const downWindowPerReversalMs = 2_000;

/** Where nobody wrote a window, each recent reversal makes the way down wait longer, up to the default. */
function ownDownWindow(config: ScalingConfig, reversals: number): ScalingConfig {
  const stabilizationWindowMs = Math.min(config.scaleDown.stabilizationWindowMs, downWindowPerReversalMs * reversals);
  return { ...config, scaleDown: { ...config.scaleDown, stabilizationWindowMs } };
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

/**
 * Replicas that serve what is measured, each fully used; by what the load asks for where capacity is not known. `null`
 * where neither is counted: a backlog speaks of the past, and what it asks for rests on what runs.
 */
function servingNeed(context: NeedContext, wanted: Wanted): number | null {
  const { snapshot, now, capacity } = context;
  const { staleAfterMs } = snapshot.config;
  const done = readSignal(snapshot.signals, 'throughput', { now, staleAfterMs });
  const demand = context.smooth['request_rate']?.mean ?? (done.ok ? done.value : undefined);
  if (demand !== undefined && capacity !== null) return Math.ceil(demand / capacity.perReplica - 1e-6);
  return wanted.need === null ? null : Math.ceil(wanted.need - 1e-6);
}

function reasonFor(o: {
  wanted: Wanted;
  limits: readonly LimitStep[];
  current: number;
  desired: number;
  snapshot: PoolSnapshot;
  isOtherHand: boolean;
}): DecisionReason {
  const { wanted, limits, current, desired, snapshot } = o;
  if (snapshot.mode === 'paused') return 'Paused';
  const last = limits.at(-1);
  if (last?.step === 'mode') return last.reason;
  if (desired > current) {
    if (last?.reason === 'ScheduledMinimum') return 'ScheduledMinimum';
    if (last?.reason === 'ClampedToMinimum') return 'BelowMinimum';
    if (last?.reason === 'MinimumRedundancy') return last.reason;
    const cover = limits.find((each) => each.step === 'redundancy');
    if (cover !== undefined && wanted.desired <= current) return cover.reason;
    return wanted.reason === 'ForecastFloor' ? 'ForecastFloor' : 'ScaledUp';
  }
  if (desired < current) {
    const cut = limits.findLast((each) => each.to < each.from && each.step !== 'limit');
    if (cut?.reason === 'ClampedToMaximum') return 'AboveMaximum';
    if (cut !== undefined && lids.has(cut.reason)) return cut.reason;
    return 'ScaledDown';
  }
  if (wanted.reason !== null && wanted.reason !== 'ForecastFloor') return wanted.reason;
  if (o.isOtherHand) return 'OtherHand';
  if (last !== undefined) return last.reason;
  if (wanted.reason === 'ForecastFloor') return 'ForecastFloor';
  return 'Steady';
}

function predictImpact(o: {
  snapshot: PoolSnapshot;
  context: NeedContext;
  current: number;
  desired: number;
  size: DecisionSize | null;
}): PredictedImpact {
  const { snapshot, context, current, desired, size } = o;
  // As far as a processor is the bottleneck; what it really did is learned.
  const larger = size === null || size.from.cpu === null || size.to.cpu === null ? 1 : size.to.cpu / size.from.cpu;
  const { config } = snapshot;
  const demand = context.smooth['request_rate'];
  const price = config.pricePerReplicaHour;
  return {
    saturation:
      demand === undefined || context.capacity === null || desired === 0
        ? null
        : demand.mean / (context.capacity.perReplica * larger * desired),
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
