import { type Action, type Decision, type DecisionSize, isActing } from '@jaegis/model';
import {
  type DecisionDraft,
  decide,
  learn,
  type PoolSnapshot,
  recordRefusal,
  recordResizeRefusal,
} from '@jaegis/scaling';
import type { Fleet } from './fleet.ts';
import { newcomersOf } from './newcomers.ts';
import { placedNow, placesOf } from './placed.ts';
import { accountUsage, type PoolEntry } from './pool-book.ts';
import { isQuiet } from './quiet-reasons.ts';
import { quotasOf } from './quotas.ts';
import { sizeInputs } from './size-loop.ts';
import { tellTuning } from './tuning.ts';
import { victimsOf } from './victims.ts';

/** One round over all pools with a target: look, learn, decide, keep, act. A pool whose target fails harms no other. */
export async function runScaling(fleet: Fleet, now: number): Promise<void> {
  for (const entry of fleet.pools.sized()) {
    const startedAt = fleet.stopwatch();
    try {
      await scalePool(fleet, entry, now);
    } catch (error) {
      fleet.log.error(
        { pool: entry.name, err: error },
        `Cannot scale pool ${entry.name}: ${error instanceof Error ? error.message : String(error)}`,
      );
      fleet.selfMetrics.count('jaegis_scaling_failures_total', { pool: entry.name });
    }
    fleet.selfMetrics.observe('jaegis_decision_duration_seconds', (fleet.stopwatch() - startedAt) / 1_000);
  }
}

async function scalePool(fleet: Fleet, entry: PoolEntry, now: number): Promise<void> {
  const target = entry.target;
  const config = entry.scaling;
  if (target === undefined || config === undefined) return;
  const observation = target.observe(now);
  entry.observation = observation;
  // First what became of earlier orders: a new one overtakes those that are still open.
  fleet.outcomes.tick(entry, now);
  const { ready, pending, draining } = observation.replicas;
  const size = sizeInputs(entry, now);
  const snapshot: PoolSnapshot = {
    pool: entry.name,
    config,
    signals: entry.signals,
    replicas: observation.replicas,
    forecast: entry.forecasts.get('request_rate') ?? null,
    spentToday: accountUsage(entry, ready + pending + draining, now),
    targetHealthy: observation.healthy,
    quotas: quotasOf(fleet, entry),
    mode: entry.mode,
    ...(config.placement === null ? {} : { placed: placedNow(entry) }),
    ...(size === undefined ? {} : { size }),
  };
  const startupsMs = newStartups(entry);
  const seen = {
    signals: entry.signals,
    replicas: observation.replicas,
    startupsMs,
    newcomers: newcomersOf(fleet, entry, now),
    staleAfterMs: config.staleAfterMs,
  };
  entry.state = learn(entry.state, seen, now);
  const { decision: draft, state } = decide(snapshot, entry.state, now);
  const before = entry.state.effect.records;
  entry.state = state;
  tellTuning(fleet, entry, before, now);
  entry.desired = draft.to;
  entry.placement = draft.placement ?? null;
  fleet.selfMetrics.count('jaegis_scaling_decisions_total', { pool: entry.name, reason: draft.reason });
  if (isWorthKeeping(draft, entry.lastDecision)) await carryOut(fleet, entry, draft, now);
}

/** A change of number is worth keeping, and so is a new reason for not changing it (a hold, its end, a mode). */
function isWorthKeeping(draft: DecisionDraft, last: Decision | null): boolean {
  if (draft.to !== draft.from || draft.size != null || draft.reason === 'Moved' || last === null) return true;
  if (last.reason === draft.reason) return false;
  return !isQuiet(draft.reason) || !(isQuiet(last.reason) || last.to !== last.from);
}

async function carryOut(fleet: Fleet, entry: PoolEntry, draft: DecisionDraft, now: number): Promise<void> {
  const acts = (draft.to !== draft.from || draft.reason === 'Moved') && isActing(entry.mode);
  if (
    !acts &&
    draft.size == null &&
    draft.to !== draft.from &&
    entry.lastDecision !== null &&
    entry.lastDecision.to === draft.to &&
    entry.lastDecision.action.state === 'none'
  )
    return;
  const action: Action = {
    state: acts ? 'ordered' : 'none',
    orderedAt: acts ? now : null,
    readyAt: null,
    message: acts ? 'ordered' : entry.mode === 'recommend' ? 'recommended only' : 'nothing to do',
  };
  let decision: Decision = { ...draft, id: fleet.nextId('d', now), action, outcome: null };
  // Kept before it is carried out: a kill in between leaves a decision without effect, never an effect without its reason.
  if (draft.size != null) decision = { ...decision, size: await resize(fleet, entry, { size: draft.size, now }) };
  keep(fleet, entry, decision);
  if (!acts) return;
  fleet.log.info(
    { pool: entry.name, from: decision.from, to: decision.to, reason: decision.reason },
    `${entry.name}: ${decision.message}`,
  );
  const receipt = await entry.target!.scale(decision.to, {
    now,
    reason: decision.message,
    ...victimsOf(fleet, entry),
    ...placesOf(entry, decision),
  });
  const isRefused = receipt.refused !== null && receipt.started.length === 0 && decision.to > decision.from;
  decision = {
    ...decision,
    action: { ...decision.action, state: isRefused ? 'failed' : 'ordered', message: receipt.message },
  };
  keep(fleet, entry, decision);
  if (receipt.accepted !== decision.to) entry.state = recordRefusal(entry.state, receipt.accepted);
  if (!isRefused) fleet.outcomes.follow(decision, now);
  fleet.addFact({
    at: now,
    pool: entry.name,
    what: `${entry.name} scaled from ${decision.from} to ${decision.to}`,
    reason: decision.message,
  });
  fleet.pools.save(entry);
}

/** Gives the replicas their new size, in place. What could not be done is asked again after an hour. */
async function resize(fleet: Fleet, entry: PoolEntry, o: { size: DecisionSize; now: number }): Promise<DecisionSize> {
  const { size, now } = o;
  const receipt = await entry.target!.resize!(size.to, { now, reason: size.message });
  if (receipt.problem === '') entry.limits = size.to;
  else entry.state = recordResizeRefusal(entry.state, now);
  const what = receipt.problem === '' ? `${receipt.resized} resized` : `not resized: ${receipt.problem}`;
  fleet.log.info({ pool: entry.name, reason: size.reason }, `${entry.name}: ${size.message}; ${what}`);
  fleet.selfMetrics.count('jaegis_scaling_resizes_total', {
    pool: entry.name,
    reason: size.reason,
    outcome: receipt.problem === '' ? 'done' : 'refused',
  });
  fleet.addFact({ at: now, pool: entry.name, what: `${entry.name}: ${what}`, reason: size.message });
  fleet.pools.save(entry);
  return { ...size, carriedOut: receipt };
}

function keep(fleet: Fleet, entry: PoolEntry, decision: Decision): void {
  entry.lastDecision = decision;
  fleet.metadata.saveDecision(decision);
  fleet.events.publish({ event: 'decision', data: decision });
}

/** Start-up times of instances that became ready since the last round, in milliseconds. */
function newStartups(entry: PoolEntry): number[] {
  const found: number[] = [];
  let newest = entry.newestReadyAt;
  for (const { startedAt, readyAt } of entry.observation?.instances ?? []) {
    if (startedAt === null || readyAt === null || readyAt <= entry.newestReadyAt) continue;
    found.push(readyAt - startedAt);
    newest = Math.max(newest, readyAt);
  }
  entry.newestReadyAt = newest;
  return found;
}
