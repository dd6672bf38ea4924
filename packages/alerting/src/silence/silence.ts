/** A silence: for a while people are not told of alerts whose labels it fits. Alertmanager's words and meaning. */
import type { Labels } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';

export interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  /** A pattern for the whole value (RE2's language). */
  readonly isRegex: boolean;
  /** False turns it around: `!=`, `!~`. */
  readonly isEqual: boolean;
}

/** Times are epoch milliseconds. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilenceState = 'pending' | 'active' | 'expired';

/** Where a silence stands at `now` (epoch milliseconds); its end is not part of it. */
export function silenceState({ startsAt, endsAt }: Silence, now: number): SilenceState {
  if (now < startsAt) return 'pending';
  return now < endsAt ? 'active' : 'expired';
}

/** True when all matchers fit. A label that is not there is the same as an empty one; a wrong pattern fits nothing. */
export function fitsLabels(matchers: readonly SilenceMatcher[], labels: Labels): boolean {
  return matchers.every(({ name, value, isRegex, isEqual }) => {
    const given = Object.hasOwn(labels, name) ? labels[name]! : '';
    if (!isRegex) return (given === value) === isEqual;
    const regex = compileLinearRegex(value);
    return regex.ok && regex.matches(given) === isEqual;
  });
}

/** `name="value"` with the operator of its kind. */
export function showMatcher({ name, value, isRegex, isEqual }: SilenceMatcher): string {
  return `${name}${isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!='}${JSON.stringify(value)}`;
}

/** What is wrong with matchers, in Alertmanager's words; `undefined` when nothing is. */
export function wrongMatchers(matchers: readonly SilenceMatcher[]): string | undefined {
  if (matchers.length === 0) return 'at least one matcher required';
  for (const [i, { name, value, isRegex }] of matchers.entries()) {
    if (name === '') return `invalid label matcher ${i}: invalid label name ""`;
    if (isRegex && !compileLinearRegex(value).ok)
      return `invalid label matcher ${i}: invalid regular expression ${JSON.stringify(value)}`;
  }
  // Such a silence would fit every alert.
  return matchers.every((matcher) => fitsLabels([matcher], {}))
    ? 'at least one matcher must not match the empty string'
    : undefined;
}
