import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCaptureRegex } from './capture-regex.ts';
import { compileLinearRegex } from './linear-regex.ts';

function captured(pattern: string, text: string): unknown {
  const regex = compileCaptureRegex(pattern);
  return regex.ok ? regex.exec(text) : regex.error;
}

test.each<[string, string, unknown]>([
  ['(.*)-value-(.*)', 'a-value-b', ['a-value-b', 'a', 'b']],
  ['value-(.*)', 'a-value-b', undefined],
  ['(a+)(a*)', 'aaa', ['aaa', 'aaa', '']],
  ['(a+?)(a*)', 'aaa', ['aaa', 'a', 'aa']],
  ['(a|ab)(c|bcd)?', 'abcd', ['abcd', 'a', 'bcd']],
  ['(?:x)(y)|(z)', 'z', ['z', undefined, 'z']],
  ['(\\d+){2}', '123', ['123', '3']],
  ['(.*', 'x', 'error parsing regexp: missing closing ): `(.*`'],
])('%s on %s', (pattern, text, expected) => {
  expect(captured(pattern, text)).toEqual(expected);
});

test('groups may have names', () => {
  const regex = compileCaptureRegex('(?P<first>a)(b)(?P<last>c)');
  expect(regex.ok && [...regex.names]).toEqual([
    ['first', 1],
    ['last', 3],
  ]);
});

test('it agrees with the yes-or-no matcher and with JavaScript on where groups are', () => {
  const atom = fc.constantFrom('a', 'b', '.', '(a)', '(b|ab)', '[ab]', '(a*)', '(?:ab)', 'a?', 'b+?', '(a|b)*?');
  const pattern = fc.array(atom, { maxLength: 5 }).map((atoms) => atoms.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      const ours = captured(source, subject);
      const linear = compileLinearRegex(source);
      expect(ours !== undefined).toBe(linear.ok && linear.matches(subject));
      // JavaScript empties a group that took part in an empty repetition; nothing else may differ.
      const theirs = new RegExp(`^(?:${source})$`, 's').exec(subject);
      if (theirs !== null && !source.includes('*?')) expect(ours).toEqual([...theirs]);
    }),
    { numRuns: 2_000 },
  );
});

test('no pattern hangs', () => {
  expect(captured('(a*)*(a*)*(a*)*b', 'a'.repeat(5_000))).toBe(undefined);
});
