/**
 * What a new thread does before the first question comes, and between the first ones: V8 compiles well only what has run for
 * a while, and the first answers of a thread that has just begun take two to ten times as long as those after the first hundred.
 * So it asks itself what dashboards ask (a series, rates summed up, the greatest, quantiles of buckets and over days) over a
 * small store of made samples, head, blocks and rollups, by the way that questions take. Many series count more than many
 * samples: what runs once for each series is compiled last.
 */
import { answerPlanned, type PreparedQuery, planQuery } from '@jaegis/promql';
import {
  DistantStore,
  extractBuffers,
  type LabelSender,
  type MemoryDirectory,
  MetricsStore,
  memoryDirectory,
  type SampleSender,
} from '@jaegis/tsdb';

export interface WarmUpOptions {
  /** Milliseconds, only going forward. */
  readonly stopwatch: () => number;
  /** So long it works; the pauses do not count. */
  readonly budgetMs: number;
  /** Lets messages come in, and waits while there is real work. */
  readonly pause: () => Promise<void>;
}

/** More leave little to win. */
const rounds = 10;

const now = 1_700_000_000_000;
const stepMs = 10_000;
const kinds = ['made', 'made_total', 'made_bucket'];
const seriesOfKind = 120;
const samples = 160;
const stepsAtOnce = 20;
const from = now - samples * stepMs;
/** So few that most are kept, some are decoded each time, and all are forgotten now and then. */
const keptMost = 60_000;

function range(expr: string, everyMs: number): PreparedQuery {
  return { expr, steps: { startMs: from, endMs: now, stepMs: everyMs }, options: {} };
}

function moment(expr: string): PreparedQuery {
  return { expr, steps: { startMs: now, endMs: now, stepMs: 0 }, options: {} };
}

const questions: readonly PreparedQuery[] = [
  range('made_total{agent="7"}', 1_000),
  range('sum by (pool) (rate(made_total{agent=~".+"}[5m]))', 30_000),
  moment('topk(10, made)'),
  moment('quantile_over_time(0.95, made[25m])'),
  range('avg by (pool) (max_over_time(made{pool!=""}[2m]))', 60_000),
  range('sum by (pool) (made) / on (pool) group_left sum by (pool) (increase(made_total[1m]))', 60_000),
  range('histogram_quantile(0.9, sum by (le, pool) (rate(made_bucket[5m])))', 60_000),
  moment('max by (pool) (made) > 0.2'),
];

/** Gives how many questions were answered. */
export async function warmUp({ stopwatch, budgetMs, pause }: WarmUpOptions): Promise<number> {
  let left = budgetMs;
  const timed = async (work: () => Promise<void>): Promise<void> => {
    await pause();
    const began = stopwatch();
    await work();
    left -= stopwatch() - began;
  };
  const directory = memoryDirectory();
  const store = await madeStore(directory, timed, () => left > 0);
  const distant = new DistantStore({ directory, cacheBytes: 2 ** 24 });
  const senders = { labels: store.handover.labelSender(), samples: store.handover.sampleSender(keptMost) };
  let answered = 0;
  for (; answered < rounds * questions.length && left > 0; answered++)
    await timed(() => ask(questions[answered % questions.length]!, { store, distant, senders }));
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
    const job = structuredClone({ query, plan, handed }, { transfer: handed.extracts.flatMap(extractBuffers) });
    const answers = await distant.take(job.handed);
    const { selections } = job.plan;
    return answerPlanned(job.query, job.plan, (index, limits) => answers.find(index, selections[index]!, limits));
  });
}

async function madeStore(
  directory: MemoryDirectory,
  timed: (work: () => Promise<void>) => Promise<void>,
  isWanted: () => boolean,
): Promise<MetricsStore> {
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
  const refs = Uint32Array.from({ length: kinds.length * seriesOfKind }, (_, i) => {
    const agent = i % seriesOfKind;
    const name = kinds[Math.floor(i / seriesOfKind)]!;
    const bucket = name === 'made_bucket' ? { le: ['0.1', '1', '10', '+Inf'][agent % 4]! } : undefined;
    return store.resolve({ __name__: name, ...bucket, pool: `pool-${agent % 20}`, agent: `${agent}` }, now) as number;
  });
  const length = refs.length * stepsAtOnce;
  for (let step = 0; step < samples && isWanted(); step += stepsAtOnce) {
    const stepOf = (i: number): number => step + 1 + Math.floor(i / refs.length);
    const valueAt = (i: number): number => {
      const at = i % refs.length;
      return at < seriesOfKind ? ((i * 37 + stepOf(i) * 13) % 1_000) / 1_000 : stepOf(i) * (1 + (at % seriesOfKind));
    };
    const batch = {
      refs: Uint32Array.from({ length }, (_, i) => refs[i % refs.length]!),
      timestamps: Float64Array.from({ length }, (_, i) => from + stepOf(i) * stepMs),
      values: Float64Array.from({ length }, (_, i) => valueAt(i)),
      length,
    };
    await timed(async () => void (await store.append(batch, now)));
  }
  if (isWanted()) await timed(() => store.tidy(now));
  return store;
}
