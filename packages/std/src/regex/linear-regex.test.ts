import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLinearRegex } from './linear-regex.ts';

function matches(pattern: string, text: string): boolean {
  const compiled = compileLinearRegex(pattern);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.matches(text);
}

function errorOf(pattern: string): string {
  const compiled = compileLinearRegex(pattern);
  return compiled.ok ? 'none' : compiled.error;
}

describe('linear regex', () => {
  test.each([
    ['a|b|c', 'b', true],
    ['a|b|c', 'ab', false],
    ['', '', true],
    ['', 'a', false],
    ['.*', 'line\nline', true],
    ['.+', '', false],
    ['web-.*', 'web-1', true],
    ['web-.*', 'xweb-1', false],
    ['(web|api)-[0-9]+', 'api-42', true],
    ['(web|api)-[0-9]+', 'api-', false],
    ['[^a-c]x', 'dx', true],
    ['[^a-c]x', 'bx', false],
    ['[]a]+', ']a]', true],
    ['[[:alpha:]_]+', 'ab_c', true],
    ['[a\\-z]', '-', true],
    ['[a-]', '-', true],
    ['a{2,3}', 'aa', true],
    ['a{2,3}', 'aaaa', false],
    ['a{2,}', 'aaaaa', true],
    ['a{,3}', 'a{,3}', true],
    ['x*?y', 'xxy', true],
    ['(?i)hello', 'HeLLo', true],
    ['(?i:h)ello', 'HELLO', false],
    ['(?P<n>a)b', 'ab', true],
    ['(?-s).', '\n', false],
    ['^a$', 'a', true],
    ['a^b', 'ab', false],
    ['\\d+\\.\\d+', '1.25', true],
    ['\\w+\\s\\S', 'ab c', true],
    ['\\pL+', 'grün', true],
    ['\\p{Greek}', 'λ', true],
    ['\\x41\\x{1F600}', 'A😀', true],
    ['.', '😀', true],
    ['\\Qa.b\\E+', 'a.bbb', true],
    ['\\bfoo\\b', 'foo', true],
    ['(|a)+', 'aaa', true],
    ['5\\.\\*', '5.*', true],
  ])('%s on %j is %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test.each([
    ['(a', 'error parsing regexp: missing closing ): `(a`'],
    ['a)', 'error parsing regexp: unexpected ): `a)`'],
    ['[a', 'error parsing regexp: missing closing ]: `[a`'],
    ['*a', 'error parsing regexp: missing argument to repetition operator: `*`'],
    ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
    ['a{2000}', 'error parsing regexp: invalid repeat count: `{2000}`'],
    ['[z-a]', 'error parsing regexp: invalid character class range: `z-a`'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=a`'],
    ['a\\', 'error parsing regexp: trailing backslash at end of expression: ``'],
    ['\\y', 'error parsing regexp: invalid escape sequence: `\\y`'],
    ['((a{100}){100}){100}', 'error parsing regexp: expression too large: `((a{100}){100}){100}`'],
  ])('%s is refused', (pattern, error) => {
    expect(errorOf(pattern)).toBe(error);
  });

  test('a pattern that hangs a backtracking matcher is answered', () => {
    expect(matches('(a+)+b', 'a'.repeat(5_000))).toBe(false);
    expect(matches('(a|aa|a?)*c', 'a'.repeat(5_000))).toBe(false);
  });

  test('agrees with the built-in matcher where both mean the same', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|bc)', '(?:ab)', '\\w', 'c');
    const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}')).map(([a, r]) => a + r);
    const pattern = fc.array(fc.oneof(piece, fc.constant('|')), { maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', '-'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matches(p, t)).toBe(new RegExp(`^(?:${p})$`, 's').test(t));
      }),
      { numRuns: 2_000 },
    );
  });

  test('no pattern makes it throw', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'()[]{}*+?|^$\\.,-:<>=!PpQEdwnx0179ai'), maxLength: 12 });
    fc.assert(
      fc.property(nasty, fc.string({ maxLength: 6 }), (p, t) => {
        const compiled = compileLinearRegex(p);
        if (compiled.ok) compiled.matches(t);
      }),
      { numRuns: 5_000 },
    );
  });
});
