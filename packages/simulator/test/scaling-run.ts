import { poolConfigSchema } from '@jaegis/model';
import { decide, initialScalingState, learn, type PoolSnapshot, recordRefusal, scalingConfig } from '@jaegis/scaling';
import { createVirtualClock, createWorld, type Fault, Journal, type MadePoolOptions } from '../src/index.ts';

/** The loop of the server in its smallest form, around the real scaling engine. */
export interface ScalingRun {
  readonly seed: number;
  readonly pools: readonly MadePoolOptions[];
  readonly faults?: readonly Fault[];
  readonly lengthMs: number;
  /** What the configuration file would say of every pool. */
  readonly config?: Record<string, unknown>;
  readonly decide?: typeof decide;
}

export async function runScaling(run: ScalingRun): Promise<{ journal: Journal; startMs: number }> {
  const world = createWorld({
    seed: run.seed,
    pools: run.pools,
    faults: run.faults ?? [],
    withSpans: false,
    stepMs: 2_500,
  });
  const clock = createVirtualClock(world.startMs);
  const journal = new Journal();
  const chosen = run.decide ?? decide;
  for (const { name } of run.pools) {
    const config = scalingConfig(poolConfigSchema.parse({ name, replicas: { min: 1, max: 60 }, ...run.config }));
    const target = world.targets.get(name)!;
    let state = initialScalingState();
    clock.every(5_000, async () => {
      const now = clock.now();
      world.advanceTo(now);
      const { replicas, healthy, instances } = target.observe(now);
      const signals = world.signals(name);
      const startupsMs = instances.flatMap((i) =>
        i.readyAt !== null && i.startedAt !== null && now - i.readyAt < 5_000 && i.readyAt > i.startedAt
          ? [i.readyAt - i.startedAt]
          : [],
      );
      state = learn(state, { signals, replicas, startupsMs }, now);
      const snapshot: PoolSnapshot = {
        pool: name,
        config,
        signals,
        replicas,
        forecast: null,
        spentToday: null,
        targetHealthy: healthy,
        mode: 'auto',
      };
      const truth = world.truth(name);
      const result = chosen(snapshot, state, now);
      state = result.state;
      journal.moment({
        pool: name,
        at: now,
        desired: result.decision.to,
        ready: truth.replicas.ready,
        needed: truth.needed,
        waiting: truth.waiting,
        backlogNeeds: truth.waiting / 300 / run.pools[0]!.capacity,
        heardAt: truth.heardAt,
      });
      journal.decision(result.decision);
      if (result.decision.to === result.decision.from) return;
      const receipt = await target.scale(result.decision.to, { now, reason: result.decision.message });
      if (receipt.accepted !== result.decision.to) state = recordRefusal(state, receipt.accepted);
    });
  }
  await clock.advance(run.lengthMs);
  return { journal, startMs: world.startMs };
}
