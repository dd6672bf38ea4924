import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';
import { nabProfiles, nabScore, nabScoreAt } from './nab-score.ts';
import { readNab } from './recorded-series.ts';
import { runMember } from './run-member.ts';
import { trivialDetectors } from './trivial-detectors.ts';

/** NAB's score in its three profiles, one threshold for all streams, and in two halves of the streams to show the spread. */
export function nabRows({ folder, members, withOthers }: PartInput): BenchRow[] {
  const streams = readNab(folder);
  const rows: BenchRow[] = [];
  const add = (name: string, scores: readonly ArrayLike<number>[]) => {
    const files = streams.map((stream, i) => ({ scores: scores[i]!, windows: stream.windows }));
    for (const [profile, weights] of Object.entries(nabProfiles)) {
      const { score, threshold } = nabScore(files, weights);
      const at = nabScoreAt(files, threshold, weights);
      const halves = [0, 1].map(
        (half) =>
          nabScoreAt(
            files.filter((_, i) => i % 2 === half),
            threshold,
            weights,
          ).score,
      );
      rows.push({
        name: `NAB ${profile}: ${name}`,
        value: score,
        unit: 'of 100',
        note: `${at.found} of ${at.windows} windows, ${at.falsePoints} false points; halves ${halves.map((h) => h.toFixed(1)).join(' and ')}`,
      });
    }
  };
  for (const [name, detect] of withOthers ? Object.entries(trivialDetectors) : [])
    add(
      name,
      streams.map((s) => detect(s.columns[0]!)),
    );
  for (const member of members)
    add(
      member.name,
      streams.map((stream) => runMember(member, stream).scores),
    );
  return rows;
}
