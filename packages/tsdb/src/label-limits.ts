/** What a set of labels may look like. Whoever receives them checks too; this keeps the store itself safe. */
import type { Labels, RejectReason } from '@jaegis/model';
import { maxLabels } from './head/series-table.ts';

const maxNameLength = 200;
const maxValueLength = 1_000;
const controlCharacter = /[\p{Cc}\p{Cs}]/u;

/** Why the labels cannot be stored; `undefined` when they can. */
export function checkLabels(labels: Labels): RejectReason | undefined {
  let count = 0;
  for (const name of Object.keys(labels)) {
    const value: unknown = labels[name];
    if (typeof value !== 'string') return 'malformed';
    if (value === '') continue;
    if (name === '' || name === '__proto__' || controlCharacter.test(name)) return 'invalid_name';
    if (name.length > maxNameLength || value.length > maxValueLength || ++count > maxLabels) return 'label_limit';
    // An unpaired surrogate has no UTF-8 form: after a restart it would be another series.
    if (!isWellFormed(value) || (name === '__name__' && controlCharacter.test(value))) return 'invalid_name';
  }
  return count === 0 ? 'invalid_name' : undefined;
}

function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}
