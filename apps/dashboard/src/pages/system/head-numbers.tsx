import type { SystemReport } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import { useRef } from 'react';
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
    text: formatValue(report.ingest.samplesPerSecond, '1/s'),
    value: (each) => each.ingest.samplesPerSecond,
  },
  {
    name: 'Spans',
    text: formatValue(report.ingest.spansPerSecond, '1/s'),
    value: (each) => each.ingest.spansPerSecond,
  },
  { name: 'Logs', text: formatValue(report.ingest.logsPerSecond, '1/s'), value: (each) => each.ingest.logsPerSecond },
  {
    name: 'Heartbeats',
    text: formatValue(report.ingest.heartbeatsPerSecond, '1/s'),
    value: (each) => each.ingest.heartbeatsPerSecond,
  },
  {
    name: 'Visible after, P99',
    text: report.ingest.visibleMsP99 === null ? '–' : formatValue(report.ingest.visibleMsP99 / 1_000, 'seconds'),
    value: (each) => each.ingest.visibleMsP99,
  },
  { name: 'CPU', text: formatValue(report.cpuUtilization, 'ratio'), value: (each) => each.cpuUtilization },
  { name: 'Memory', text: formatValue(report.memoryBytes, 'bytes'), value: (each) => each.memoryBytes },
  {
    name: 'Event loop, P99',
    text: report.eventLoopDelayMsP99 === null ? '–' : formatValue(report.eventLoopDelayMsP99 / 1_000, 'seconds'),
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
