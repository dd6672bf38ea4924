/**
 * Anomaly detection on the development data: every member of `jaegis detect` and the trivial baselines, by measures that are
 * not ours. `npm run bench -- anomaly [PART...] [--member NAME]`; without parts all of them. What judges runs over all cores, a
 * member and part at a time, and goes on where it was interrupted; what measures time runs afterwards, alone.
 */
import { type DetectMember, defaultMember, detectMembers } from '@jaegis/analytics';
import { behaviorRows } from './anomaly/behavior-cost.ts';
import { costRows } from './anomaly/cost.ts';
import { multivariateRows } from './anomaly/multivariate-part.ts';
import { nabRows } from './anomaly/nab-part.ts';
import { operatingRows } from './anomaly/operating-part.ts';
import { anomalyFolder } from './anomaly/recorded-series.ts';
import { vusRows } from './anomaly/vus-part.ts';
import { runCases, serveCases } from './case-threads.ts';
import type { BenchRow } from './otlp-ingest.ts';

export interface PartInput {
  readonly folder: string;
  /** The members to run that take one column. */
  readonly members: readonly DetectMember[];
  /** The members to run that take several columns. */
  readonly several: readonly DetectMember[];
  /** Whether to give the rows that no member has to do with: published peers, trivial detectors. */
  readonly withOthers: boolean;
  readonly quick: boolean;
}

type Part = (input: PartInput) => BenchRow[];

const judging: Readonly<Record<string, Part>> = {
  nab: nabRows,
  vus: vusRows,
  operating: operatingRows,
  multivariate: multivariateRows,
};
const severalParts = ['multivariate'];
const timing: Readonly<Record<string, Part>> = { cost: costRows, behavior: behaviorRows };

/** A part for one member, or for the others. */
interface Case {
  readonly part: string;
  readonly member: string | null;
  readonly folder: string;
  readonly quick: boolean;
}

serveCases(({ part, member, folder, quick }: Case) =>
  judging[part]!({
    folder,
    quick,
    withOthers: member === null,
    ...split(detectMembers.filter((each) => each.name === member)),
  }),
);

function split(members: readonly DetectMember[]): Pick<PartInput, 'members' | 'several'> {
  return {
    members: members.filter((each) => each.leastColumns === 1),
    several: members.filter((each) => each.mostColumns > 1),
  };
}

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
  const known = [...Object.keys(judging), ...Object.keys(timing)];
  const chosen = args.length === 0 ? known : args;
  const unknown = chosen.find((part) => !known.includes(part));
  if (unknown !== undefined)
    throw new Error(`Cannot run part: ${unknown} is not known, must be one of ${known.join(', ')}`);
  const members = detectMembers.filter((each) => name === undefined || each.name === name);
  if (members.length === 0)
    throw new Error(
      `Cannot run member: ${name} is not known, must be one of ${detectMembers.map((m) => m.name).join(', ')}`,
    );
  const quick = options.quick === true;
  const cases = chosen
    .filter((part) => part in judging)
    .flatMap((part) => {
      const { members: alone, several } = split(members);
      const takers = severalParts.includes(part) ? several : alone;
      return [null, ...takers.map((each) => each.name)].map((member): Case => ({ part, member, folder, quick }));
    });
  const judged = await runCases<Case, BenchRow[]>(cases, {
    moduleUrl: import.meta.url,
    told: ({ part, member }) => console.error(`${part}, ${member ?? 'others'}: done`),
  });
  const timed = chosen
    .filter((part) => part in timing)
    .flatMap((part) => timing[part]!({ folder, quick, withOthers: true, ...split(members) }));
  return {
    title: `Anomaly detection, causal, one set of constants; default for one series: ${defaultMember(1)?.name}`,
    rows: [...judged.flat(), ...timed],
  };
}
