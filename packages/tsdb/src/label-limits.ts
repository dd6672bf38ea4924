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
    if (name === '' || name === '__proto__' || !isClean(name)) return 'invalid_name';
    if (name.length > maxNameLength || value.length > maxValueLength || ++count > maxLabels) return 'label_limit';
    // An unpaired surrogate has no UTF-8 form: after a restart it would be another series.
    if (!isWellFormed(value) || (name === '__name__' && !isClean(value))) return 'invalid_name';
  }
  return count === 0 ? 'invalid_name' : undefined;
}

/** Without control characters and halves of surrogate pairs. */
function isClean(text: string): boolean {
  return isPrintableAscii(text) || !controlCharacter.test(text);
}

function isWellFormed(text: string): boolean {
  return isPrintableAscii(text) || !/\p{Cs}/u.test(text);
}

/** Nearly every name and value is, and a loop over it is quicker than any expression. */
function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
