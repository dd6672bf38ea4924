/** What a set of labels may look like. Whoever receives them checks too; this keeps the store itself safe. */
import type { Labels, RejectReason } from '@jaegis/model';
import { maxLabels } from './head/series-table.ts';

const maxNameLength = 200;
const maxValueLength = 1_000;
const controlCharacter = /[\p{Cc}\p{Cs}]/u;

/**
 * Looks at label sets one after the other. New series come in droves whose labels differ in one or two places, so what was
 * found good at a place last time is not looked at again when it comes again.
 */
export class LabelCheck {
  readonly #goodNames: string[] = [];
  readonly #goodValues: string[] = [];

  /** Why the labels cannot be stored; `undefined` when they can. */
  faultOf(labels: Labels): RejectReason | undefined {
    let count = 0;
    for (const name of Object.keys(labels)) {
      const value: unknown = labels[name];
      if (typeof value !== 'string') return 'malformed';
      if (value === '') continue;
      const isSameName = name === this.#goodNames[count];
      if (!isSameName || value !== this.#goodValues[count]) {
        const fault = (isSameName ? undefined : faultOfName(name)) ?? faultOfValue(name, value);
        if (fault !== undefined) return fault;
        if (count === maxLabels) return 'label_limit';
        this.#goodNames[count] = name;
        this.#goodValues[count] = value;
      }
      count++;
    }
    return count === 0 ? 'invalid_name' : undefined;
  }
}

function faultOfName(name: string): RejectReason | undefined {
  if (name === '' || name === '__proto__' || !isClean(name)) return 'invalid_name';
  return name.length > maxNameLength ? 'label_limit' : undefined;
}

function faultOfValue(name: string, value: string): RejectReason | undefined {
  if (value.length > maxValueLength) return 'label_limit';
  // An unpaired surrogate has no UTF-8 form: after a restart it would be another series.
  return isWellFormed(value) && (name !== '__name__' || isClean(value)) ? undefined : 'invalid_name';
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
