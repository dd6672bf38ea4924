import type { SystemReport } from '@jaegis/model';
import { useRef } from 'react';
import { written } from '../../data/written.ts';
import { Sparkline } from '../../widgets/sparkline.tsx';

/** As many reports as fit the little lines; they begin when the page is opened. */
const keptReports = 60;

interface Number {
  readonly name: string;
  readonly text: string;
  readonly value: (report: SystemReport) => number | null;
}

const numbers = (report: SystemReport): readonly Number[] => [
  {
    name: 'Samples',
    text: written(report.ingest.samplesPerSecond, '1/s'),
    value: (each) => each.ingest.samplesPerSecond,
  },
  {
    name: 'Spans',
    text: written(report.ingest.spansPerSecond, '1/s'),
    value: (each) => each.ingest.spansPerSecond,
  },
  { name: 'Logs', text: written(report.ingest.logsPerSecond, '1/s'), value: (each) => each.ingest.logsPerSecond },
  {
    name: 'Heartbeats',
    text: written(report.ingest.heartbeatsPerSecond, '1/s'),
    value: (each) => each.ingest.heartbeatsPerSecond,
  },
  {
    name: 'Visible after, P99',
    text: report.ingest.visibleMsP99 === null ? '–' : written(report.ingest.visibleMsP99 / 1_000, 'seconds'),
    value: (each) => each.ingest.visibleMsP99,
  },
  { name: 'CPU', text: written(report.cpuUtilization, 'ratio'), value: (each) => each.cpuUtilization },
  { name: 'Memory', text: written(report.memoryBytes, 'bytes'), value: (each) => each.memoryBytes },
  {
    name: 'Event loop, P99',
    text: report.eventLoopDelayMsP99 === null ? '–' : written(report.eventLoopDelayMsP99 / 1_000, 'seconds'),
    value: (each) => each.eventLoopDelayMsP99,
  },
];

/** The eight numbers that say whether JAEGIS itself is well, each with its course since the page was opened. */
export function HeadNumbers({ report }: { report: SystemReport }) {
  const history = useRef<SystemReport[]>([]);
  if (history.current.at(-1) !== report) history.current = [...history.current, report].slice(-keptReports);
  return (
    <ul className="head-numbers">
      {numbers(report).map((each) => (
        <li key={each.name}>
          <span className="small muted">{each.name}</span>
          <span className="head-number">{each.text}</span>
          <Sparkline
            values={history.current.map(each.value)}
            color="var(--accent)"
            label={`${each.name} since this page was opened`}
            width={120}
            height={20}
          />
        </li>
      ))}
    </ul>
  );
}
