/**
 * What a new thread does before the first question comes: V8 compiles well only what has run for a while, and the first ten
 * answers of a thread that has just begun take two to ten times as long as all after them. So it asks itself what dashboards
 * ask (a series, rates summed up, the greatest, quantiles over days) over a small store of made samples, head, blocks and rollups,
 * by the way that questions take, until its time is over or somebody asks in earnest.
 */
import { answerPlanned, type PreparedQuery, planQuery } from '@jaegis/promql';
import {
  DistantStore,
  type LabelSender,
  type MemoryDirectory,
  MetricsStore,
  memoryDirectory,
  type SampleSender,
} from '@jaegis/tsdb';

export interface WarmUpOptions {
  /** Milliseconds, only going forward. */
  readonly stopwatch: () => number;
  readonly budgetMs: number;
  /** Asked between two questions: false when there is real work. */
  readonly isIdle: () => boolean;
  /** Lets messages come in. */
  readonly pause: () => Promise<void>;
}

/** So many questions leave little to win: on a machine that is not busy a quarter of a second. */
const questionsMost = 72;

const now = 1_700_000_000_000;
const stepMs = 10_000;
const series = 30;
const samples = 480;
const stepsAtOnce = 40;
const from = now - samples * stepMs;
/** So few that some are kept, some are decoded each time, and all are forgotten now and then. */
const keptMost = 20_000;

function range(expr: string, everyMs: number): PreparedQuery {
  return { expr, steps: { startMs: from, endMs: now, stepMs: everyMs }, options: {} };
}

function moment(expr: string): PreparedQuery {
  return { expr, steps: { startMs: now, endMs: now, stepMs: 0 }, options: {} };
}

const questions: readonly PreparedQuery[] = [
  range('made_total{agent="7"}', 30_000),
  range('sum by (pool) (rate(made_total{agent=~".+"}[5m]))', 30_000),
  moment('topk(10, made)'),
  moment('quantile_over_time(0.95, made[90m])'),
  range('avg by (pool) (max_over_time(made{pool!=""}[2m]))', 30_000),
  range('sum by (pool) (made) / on (pool) group_left sum by (pool) (increase(made_total[1m]))', 60_000),
];

/** Gives how many questions were answered. */
export async function warmUp(options: WarmUpOptions): Promise<number> {
  const { stopwatch, budgetMs, isIdle, pause } = options;
  const deadline = stopwatch() + budgetMs;
  const directory = memoryDirectory();
  const store = await madeStore(directory, () => isIdle() && stopwatch() < deadline);
  const distant = new DistantStore({ directory, cacheBytes: 2 ** 24 });
  const senders = { labels: store.handover.labelSender(), samples: store.handover.sampleSender(keptMost) };
  let answered = 0;
  for (; answered < questionsMost && isIdle() && stopwatch() < deadline; answered++) {
    await ask(questions[answered % questions.length]!, { store, distant, senders });
    await pause();
  }
  await store.close();
  return answered;
}

async function ask(
  query: PreparedQuery,
  of: { store: MetricsStore; distant: DistantStore; senders: { labels: LabelSender; samples: SampleSender } },
): Promise<void> {
  const { store, distant, senders } = of;
  const plan = planQuery(query);
  if (!plan.ok) throw new Error(`BUG: a question of the warm-up: ${plan.error}`);
  const given = { ...senders, maxSamples: 1e9, pause: () => Promise.resolve() };
  await store.handover.give(plan.selections, given, async (handed) => {
    // Cloned, as what comes from another thread is: such objects are other ones to the compiler.
    const answers = await distant.take(structuredClone(handed));
    return answerPlanned(query, plan, (index, limits) => answers.find(index, plan.selections[index]!, limits));
  });
}

async function madeStore(directory: MemoryDirectory, isWanted: () => boolean): Promise<MetricsStore> {
  const store = await MetricsStore.open({
    directory,
    now,
    seriesLimit: 1_000,
    seriesLimitPerGroup: 1_000,
    retentionMs: 1e12,
    blockRangeMs: 600_000,
    outOfOrderWindowMs: 1_800_000,
    rollups: [{ widthMs: 60_000, retentionMs: 1e12 }],
  });
  const refs = Uint32Array.from({ length: 2 * series }, (_, i) => {
    const name = i < series ? 'made' : 'made_total';
    return store.resolve({ __name__: name, pool: `pool-${i % 4}`, agent: `${i % series}` }, now) as number;
  });
  const length = refs.length * stepsAtOnce;
  for (let step = 0; step < samples && isWanted(); step += stepsAtOnce) {
    const stepOf = (i: number): number => step + 1 + Math.floor(i / refs.length);
    await store.append(
      {
        refs: Uint32Array.from({ length }, (_, i) => refs[i % refs.length]!),
        timestamps: Float64Array.from({ length }, (_, i) => from + stepOf(i) * stepMs),
        values: Float64Array.from({ length }, (_, i) =>
          i % refs.length < series ? ((i * 37 + stepOf(i) * 13) % 1_000) / 1_000 : stepOf(i) * (i % refs.length),
        ),
        length,
      },
      now,
    );
  }
  if (isWanted()) await store.tidy(now);
  return store;
}
