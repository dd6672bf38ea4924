import type { BacktestRow, FleetRow } from '@jaegis/scaling';
import { formatDuration } from '@jaegis/std';
import { type Cell, type Column, formatTable, type Layout } from './table.ts';

const columns: readonly Column[] = [
  { title: 'POLICY' },
  { title: 'REPLICA-H', align: 'right' },
  { title: 'x ORACLE', align: 'right' },
  { title: 'VIOLATIONS %', align: 'right' },
  { title: 'P99 WAIT', align: 'right', dropRank: 1 },
  { title: 'EVENTS/H', align: 'right', dropRank: 2 },
  { title: 'REVERSALS/H', align: 'right', dropRank: 3 },
  { title: 'THETA_U', align: 'right', dropRank: 7 },
  { title: 'THETA_O', align: 'right', dropRank: 6 },
  { title: 'TAU_U', align: 'right', dropRank: 9 },
  { title: 'TAU_O', align: 'right', dropRank: 8 },
  { title: 'INSTABILITY', align: 'right', dropRank: 10 },
  { title: 'OVERSHOOT %', align: 'right', dropRank: 4 },
];

/** The table of a backtest: one policy a line, the one under test first. */
export function backtestTable(
  rows: readonly BacktestRow[],
  about: { steps: number; stepS: number; startupS: number; capacityRps: number },
  layout: Layout,
): string {
  const length = formatDuration(about.steps * about.stepS * 1_000);
  const head = `${length} of load, start-up ${formatDuration(about.startupS * 1_000)}, ${about.capacityRps} requests/s a replica\n\n`;
  return head + formatTable(columns, rows.map(cellsOf), layout);
}

function cellsOf(row: BacktestRow): (string | Cell)[] {
  const target = row.target === null ? '' : ` @ ${row.target}${row.isHindsight ? ' (hindsight)' : ''}`;
  const fixed = (value: number, digits: number): string => value.toFixed(digits);
  return [
    `${row.policy}${target}`,
    fixed(row.replicaHours, 1),
    fixed(row.xOracle, 3),
    { text: fixed(row.violationsPercent, 3), tone: row.violationsPercent > 0.5 ? 'bad' : 'plain' },
    formatDuration(Math.round(row.p99WaitS * 10) * 100),
    fixed(row.scaleEventsPerHour, 1),
    fixed(row.reversalsPerHour, 1),
    fixed(row.thetaU, 2),
    fixed(row.thetaO, 2),
    fixed(row.tauU, 2),
    fixed(row.tauO, 2),
    fixed(row.instability, 1),
    fixed(row.overshoot, 0),
  ];
}

const fleetColumns: readonly Column[] = [
  { title: 'POLICY' },
  { title: 'WORKER-H', align: 'right' },
  { title: 'x ORACLE', align: 'right' },
  { title: 'P95 WAIT', align: 'right' },
  { title: 'LATE %', align: 'right' },
  { title: 'P50 WAIT', align: 'right', dropRank: 2 },
  { title: 'P99 WAIT', align: 'right', dropRank: 1 },
  { title: 'EVENTS/H', align: 'right', dropRank: 3 },
];

/** The table of a queue of jobs: one policy a line, the one under test first. */
export function fleetTable(
  rows: readonly FleetRow[],
  about: { jobs: number; startupS: number; sloWaitS: number },
  layout: Layout,
): string {
  const late = `late after ${formatDuration(about.sloWaitS * 1_000)}`;
  const head = `${about.jobs} jobs, start-up ${formatDuration(about.startupS * 1_000)}, ${late}\n\n`;
  const wait = (s: number): string => formatDuration(Math.round(s * 10) * 100);
  const cells = rows.map((row): (string | Cell)[] => [
    row.target === null ? row.policy : `${row.policy} @ ${row.target} (hindsight)`,
    row.workerHours.toFixed(1),
    row.xOracle.toFixed(3),
    wait(row.p95WaitS),
    { text: row.latePercent.toFixed(2), tone: row.latePercent > 5 ? 'bad' : 'plain' },
    wait(row.p50WaitS),
    wait(row.p99WaitS),
    row.scaleEventsPerHour.toFixed(1),
  ]);
  return head + formatTable(fleetColumns, cells, layout);
}
