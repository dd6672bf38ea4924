/**
 * Anomaly detection on the development data: every member of `jaegis detect` and the trivial baselines, by measures that are
 * not ours. `npm run bench -- anomaly [PART...] [--member NAME]`; without parts all of them.
 */
import { type DetectMember, defaultMember, detectMembers } from '@jaegis/analytics';
import { behaviorRows } from './anomaly/behavior-cost.ts';
import { costRows } from './anomaly/cost.ts';
import { multivariateRows } from './anomaly/multivariate-part.ts';
import { nabRows } from './anomaly/nab-part.ts';
import { operatingRows } from './anomaly/operating-part.ts';
import { anomalyFolder } from './anomaly/recorded-series.ts';
import { vusRows } from './anomaly/vus-part.ts';
import type { BenchRow } from './otlp-ingest.ts';

export interface PartInput {
  readonly folder: string;
  /** The members to run that take one column. */
  readonly members: readonly DetectMember[];
  /** The members to run that take several columns. */
  readonly several: readonly DetectMember[];
  readonly quick: boolean;
}

const parts: Readonly<Record<string, (input: PartInput) => BenchRow[]>> = {
  nab: nabRows,
  vus: vusRows,
  operating: operatingRows,
  cost: costRows,
  multivariate: multivariateRows,
  behavior: behaviorRows,
};

export async function run(options: {
  quick?: boolean;
  args?: readonly string[];
}): Promise<{ title: string; rows: BenchRow[] }> {
  const folder = anomalyFolder();
  if (folder === undefined)
    return {
      title: 'Anomaly detection: skipped, the data (JAEGIS_BENCH_DATA, default ../shared/data) is absent',
      rows: [],
    };
  const args = [...(options.args ?? [])];
  const flag = args.indexOf('--member');
  const [, name] = flag < 0 ? [] : args.splice(flag, 2);
  const chosen = args.length === 0 ? Object.keys(parts) : args;
  const unknown = chosen.find((part) => !(part in parts));
  if (unknown !== undefined)
    throw new Error(`Cannot run part: ${unknown} is not known, must be one of ${Object.keys(parts).join(', ')}`);
  const members = detectMembers.filter((each) => name === undefined || each.name === name);
  if (members.length === 0)
    throw new Error(
      `Cannot run member: ${name} is not known, must be one of ${detectMembers.map((m) => m.name).join(', ')}`,
    );
  const alone = members.filter((each) => each.leastColumns === 1);
  const input = {
    folder,
    members: alone,
    several: members.filter((each) => each.mostColumns > 1),
    quick: options.quick === true,
  };
  return {
    title: `Anomaly detection, causal, one set of constants; default for one series: ${defaultMember(1)?.name}`,
    rows: chosen.flatMap((part) => parts[part]!(input)),
  };
}
