import type { WhatIfReport, WhatIfRow } from '@jaegis/model';
import { hoursText, moneyText, rowNames, settingsWords, shareText, whatIfWords } from '@jaegis/model/what-if-story';
import { formatDuration } from '@jaegis/std';
import { type Cell, type Column, formatTable, type Layout } from './table.ts';

const columns: readonly Column[] = [
  { title: 'POLICY' },
  { title: 'REPLICA-H', align: 'right' },
  { title: 'COST', align: 'right' },
  { title: 'x LEAST', align: 'right' },
  { title: 'LATE', align: 'right' },
  { title: 'P99 WAIT', align: 'right', dropRank: 1 },
  { title: 'CHANGES/H', align: 'right', dropRank: 2 },
];

/** What another policy would have come to: a sentence, both settings, the table. */
export function formatWhatIf(report: WhatIfReport, layout: Layout): string {
  const { settings, leftOut } = report;
  const note = leftOut.length === 0 ? '' : `\nLeft out in the simulated pool: ${leftOut.join('; ')}\n`;
  return `${report.pool}: ${whatIfWords(report)}

now    ${settingsWords(settings.current)}
other  ${settingsWords(settings.other)}

${formatTable(columns, report.rows.map(cellsOf), layout)}${note}`;
}

function cellsOf(row: WhatIfRow): (string | Cell)[] {
  const known = (value: number | null, text: (value: number) => string): string => (value === null ? '–' : text(value));
  return [
    rowNames[row.name],
    hoursText(row.replicaHours),
    known(row.cost, moneyText),
    known(row.xOracle, (value) => value.toFixed(2)),
    { text: known(row.violationsPercent, shareText), tone: (row.violationsPercent ?? 0) > 0.5 ? 'bad' : 'plain' },
    known(row.p99WaitMs, (ms) => formatDuration(Math.round(ms / 100) * 100)),
    known(row.scaleEventsPerHour, (value) => value.toFixed(1)),
  ];
}
