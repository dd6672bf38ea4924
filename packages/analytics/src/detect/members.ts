import { multivariateMembers } from '../multivariate/multivariate-members.ts';
import { columnMember } from './column-member.ts';
import { createEwmaBand } from './ewma-band.ts';
import type { DetectMember } from './member.ts';
import { ownRecord } from './own-record/own-record.ts';
import { createRecordBand } from './record-band/record-band.ts';
import { createSeasonalBand } from './seasonal-band.ts';

/** Recorded data are looked through by someone who wants to see what there is: this share of rows may alarm. */
const alarmShare = 0.0035;

/** Every detector that can run over a recorded table. The first that takes the table's number of columns is the default. */
export const detectMembers: readonly DetectMember[] = [
  ...multivariateMembers,
  ownRecord,
  columnMember(
    'record-band',
    'what the server runs: a band, and news against its own record; the worst column counts',
    () => createRecordBand({ alarmShare }),
  ),
  columnMember(
    'seasonal-band',
    'level and hour-of-day season, learned tails; the worst column counts',
    createSeasonalBand,
  ),
  columnMember('ewma-band', 'moving mean and variance; a yardstick', createEwmaBand),
];

/** The default for so many columns. */
export function defaultMember(columns: number): DetectMember | undefined {
  return detectMembers.find((each) => takes(each, columns));
}

/** Whether a member can be run on a table of so many data columns. */
export function takes(member: DetectMember, columns: number): boolean {
  return columns >= member.leastColumns && columns <= member.mostColumns;
}
