import type { DetectMember } from '../detect/member.ts';
import { columnStrangeness } from './column-strangeness.ts';
import { farFromCenter, farFromUsual } from './far-out.ts';
import type { Weighted } from './fusion.ts';
import { isolationForest } from './isolation-forest.ts';
import { lstmAutoencoder } from './lstm-autoencoder.ts';
import type { RowModel } from './model.ts';
import { principalComponents } from './principal-components.ts';
import { seasonalZ } from './seasonal-z.ts';
import { stillness } from './stillness.ts';
import { TableRun } from './table-run.ts';
import { vectorAutoregression } from './vector-autoregression.ts';

/** More would make the forecast from all columns a matter of minutes. */
const mostColumns = 256;

/** What each model earned on SMD and ASD, chosen on every other machine and looked at on the rest. */
const fused: readonly Weighted[] = [
  { model: columnStrangeness, weight: 1, alarm: 'sum' },
  { model: stillness, weight: 0.2, most: 4 },
  { model: principalComponents, weight: 0.1, most: 6 },
  { model: farFromCenter, weight: 0, alarm: 'largest' },
  { model: farFromUsual, weight: 0, alarm: 'largest' },
];

const alone: readonly RowModel[] = [
  vectorAutoregression,
  seasonalZ,
  principalComponents,
  isolationForest,
  lstmAutoencoder(),
];

/** Detectors that look at the columns of one agent together; the first is the default for several columns. */
export const multivariateMembers: readonly DetectMember[] = [
  member('fused', 'several columns as one agent: the models below, weighed by what they earned', fused, true),
  ...alone.map((model) => member(model.name, model.about, [{ model, weight: 1, alarm: 'sum' }])),
];

function member(name: string, about: string, models: readonly Weighted[], withNews = false): DetectMember {
  return { name, about, leastColumns: 2, mostColumns, start: (table) => new TableRun(models, table, withNews) };
}
