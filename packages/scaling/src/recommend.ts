import type { DecisionReason, Recommendation } from '@jaegis/model';
import { believed, fadedFloor, type Prediction, predict } from './predictive.ts';
import { control } from './reactive/control.ts';
import { deadBand, settleOn } from './reactive/dead-band.ts';
import type { Loss, Need, NeedContext } from './reactive/need.ts';
import { readNeeds } from './reactive/read-needs.ts';
import { readSignal } from './read-signal.ts';
import type { Change, ScalingState } from './scaling-state.ts';

/**
 * What is left of the tolerance where too much waits. None at all would order for the noise of a demand that is told only by
 * what is served.
 */
const urgentShare = 0.25;

/** A number of replicas on its way through the steps, with what was said about it. */
export interface Wanted {
  readonly desired: number;
  readonly reason: DecisionReason | null;
  readonly recommendations: readonly Recommendation[];
  readonly why: string;
  readonly prediction: Prediction | undefined;
  readonly integral: number;
  readonly smooth: ScalingState['smooth'];
  readonly seen: readonly string[];
  /** What the load asks for before anything steadies it; `null` for a hold and where nothing says how many would do. */
  readonly need: number | null;
  /** True when the number rests on measured load; false for a hold. */
  readonly isMeasured: boolean;
  /** True when a rehearsed candidate leads: it has its own way of being steady. */
  readonly isRehearsed: boolean;
  /** True when two measurements agree on a jump: it is ordered at one go. */
  readonly isProven: boolean;
}

/** What the load asks for before any limit: the larger of what is measured and what is forecast, or a hold. */
export function recommend(context: NeedContext, reversals: number): Wanted {
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
    need: null,
    isMeasured: false,
    isRehearsed: false,
    isProven: false,
  });
  if (!snapshot.targetHealthy) return hold('TargetUnavailable', 'the target cannot be reached');

  const { needs, losses, usable, seen } = readNeeds(context);
  if (usable === 0) {
    if (losses.length > 0) return hold(worstLoss(losses).reason, describeLosses(losses), seen);
    return hold('NoData', 'no signal is known', seen);
  }
  const written = { up: config.scaleUp.tolerance, down: config.scaleDown.tolerance };
  const worst = needs.reduce<Need | undefined>(
    (a, b) => (a === undefined || b.replicas > a.replicas ? b : a),
    undefined,
  );
  const chosen = worst ?? probe(context);
  if (chosen === undefined) return hold(null, 'nothing that is known says how many are needed', seen);
  if (chosen.kind === 'rehearsed') {
    // Candidates have their own way of being steady; a tolerance counts where somebody wrote one.
    const within = settleOn(chosen.replicas, current, { up: written.up ?? 0, down: written.down ?? 0 });
    const desired = losses.length > 0 ? Math.max(within, current) : within;
    const isHeld = losses.length > 0 && desired > chosen.replicas;
    const why = isHeld ? `${chosen.why}; ${describeLosses(losses)}` : chosen.why;
    return {
      desired,
      reason: isHeld ? worstLoss(losses).reason : null,
      recommendations: [{ source: 'rehearsed', desired: chosen.replicas, reason: why }, ...forecastFloor(prediction)],
      why,
      prediction,
      integral: 0,
      smooth: context.smooth,
      seen,
      need: chosen.replicas,
      isMeasured: true,
      isRehearsed: true,
      isProven: chosen.isProven === true,
    };
  }
  const usual = deadBand({ up: written.up ?? config.tolerance, down: written.down ?? config.tolerance }, reversals);
  const isUrgent = needs.some((need) => need.isUrgent === true);
  const band = isUrgent ? { ...usual, up: written.up ?? urgentShare * config.tolerance } : usual;
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
    const ahead = believed({ replicas: prediction.replicas, seenMs: prediction.seenMs }, chosen.replicas);
    const floor = fadedFloor(output.replicas, ahead, prediction.forecast.trust);
    const floorWhole = settleOn(Math.max(floor, reactive), current, band);
    // Where it adds nothing, what it would be content with is told.
    const asked = Math.min(floor, prediction.replicas);
    recommendations.push({ source: 'predictive', desired: Math.ceil(asked - 1e-6), reason: prediction.why });
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
    need: chosen.kind === 'utilization' || chosen.kind === 'work' || chosen.kind === 'demand' ? chosen.replicas : null,
    isMeasured: true,
    isRehearsed: false,
    isProven: false,
  };
}

/** What the forecast alone would ask for, for the record. */
function forecastFloor(prediction: Prediction | undefined): Recommendation[] {
  if (prediction?.replicas == null) return [];
  return [{ source: 'predictive', desired: Math.ceil(prediction.replicas - 1e-6), reason: prediction.why }];
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
  // Fewer than full processors tell would only pile work up.
  const { config, signals, replicas } = snapshot;
  const use = readSignal(signals, 'cpu_utilization', { now, staleAfterMs: config.staleAfterMs });
  const busy = use.ok ? Math.ceil((replicas.ready * use.value) / config.policy.utilization - 1e-6) : 0;
  const fewer = Math.max(Math.floor(current * 0.75), busy, ...tooFew.map((change) => change.to + 1));
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
