import type { Outcome, ReplicaCounts, Signals } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';
import type { DecisionDraft } from './snapshot.ts';

export interface Observed {
  readonly replicas: ReplicaCounts;
  readonly signals: Signals;
  /** When the target had as many ready as ordered; `null` while it has not. */
  readonly readyAt: number | null;
  /** A later decision changed the number before this one could show its effect. */
  readonly isSuperseded: boolean;
  /** Why replicas that were ordered are not there, as the target has it; empty where it says nothing. */
  readonly problem: string;
}

/** Half again of what was predicted is still as predicted: start-up times scatter. */
const slack = 1.5;

/** Compares a decision with what came of it. Call it at or after `predicted.effectiveAt`. */
export function judgeOutcome(decision: DecisionDraft, observed: Observed, now: number): Outcome {
  const { replicas, readyAt } = observed;
  const rate = observed.signals.request_rate?.value ?? null;
  const capacity = decision.inputs.capacityPerReplica;
  const saturation =
    rate === null || capacity === null || replicas.ready === 0 || !Number.isFinite(rate)
      ? null
      : rate / (capacity * replicas.ready);
  const { costPerHour: predictedCost } = decision.predicted;
  const running = replicas.ready + replicas.pending + replicas.draining;
  const costPerHour = predictedCost === null || decision.to === 0 ? null : (predictedCost / decision.to) * running;
  const tookMs = decision.to > decision.from && readyAt !== null ? readyAt - decision.at : null;
  const outcome = (verdict: Outcome['verdict'], message: string): Outcome => ({
    at: now,
    saturation,
    readyReplicas: replicas.ready,
    tookMs,
    costPerHour,
    verdict,
    message,
  });
  if (decision.to === decision.from) return outcome('as_predicted', `nothing was changed, ${replicas.ready} are ready`);
  if (observed.isSuperseded) return outcome('overtaken', 'a later decision changed the number first');
  if (decision.to < decision.from) {
    if (replicas.ready <= decision.to) return outcome('as_predicted', `${replicas.ready} are left, as decided`);
    return outcome('slower', `${replicas.ready} are still ready, ${decision.to} were decided`);
  }
  const expectedMs = decision.predicted.effectiveAt - decision.at;
  if (tookMs !== null) {
    const took = `${decision.to} were ready after ${formatDuration(tookMs)}, expected ${formatDuration(expectedMs)}`;
    const use = saturation === null ? '' : `; they are used at ${shortNumber(saturation * 100)} %`;
    return outcome(tookMs <= slack * expectedMs ? 'as_predicted' : 'slower', took + use);
  }
  const missing = `${replicas.ready} of ${decision.to} are ready after ${formatDuration(now - decision.at)}`;
  const because = observed.problem === '' ? '' : ` (${observed.problem})`;
  if (replicas.ready <= decision.from) return outcome('failed', `${missing}: none of those ordered came${because}`);
  return outcome('slower', missing + because);
}
