/**
 * The syntax of RE2 (github.com/google/re2/wiki/Syntax), as far as matching needs it. Gives a tree that tells capturing
 * groups and lazy repetition, for those who ask where groups matched; errors are in the words of Go's regexp/syntax.
 */
export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly has: (codePoint: number) => boolean }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly items: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly name: string | undefined; readonly item: RegexNode }
  | { readonly kind: 'assert'; readonly what: Assertion };
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word' | 'not-word';

/** A pattern that is not RE2. */
export class RegexSyntaxError extends Error {
  override readonly name = 'RegexSyntaxError';
  constructor(what: string, part: string) {
    super(`error parsing regexp: ${what}: \`${part}\``);
  }
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

/** RE2's own limits. */
const maxRepeat = 1_000;
const maxDepth = 250;

type Has = (codePoint: number) => boolean;

/** Parses a pattern; throws `RegexSyntaxError`. `.` matches a newline, as Prometheus has it. */
export function parseRegex(pattern: string): RegexNode {
  const parser = new Parser(pattern);
  const node = parser.choice({ ignoreCase: false, multiLine: false, dotAll: true }, 0);
  parser.expectEnd();
  return node;
}

class Parser {
  readonly #text: string;
  #at = 0;
  /** Capturing groups so far; the whole match is number 0. */
  #groups = 0;

  constructor(text: string) {
    this.#text = text;
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw new RegexSyntaxError('unexpected )', this.#text);
  }

  choice(outer: Flags, depth: number): RegexNode {
    if (depth > maxDepth) throw new RegexSyntaxError('expression nests too deeply', this.#text);
    const items: RegexNode[] = [];
    let flags = outer;
    let sequence: RegexNode[] = [];
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined || next === ')') break;
      if (next === '|') {
        this.#at++;
        items.push(sequenceOf(sequence));
        sequence = [];
        continue;
      }
      if (next === '(') {
        const group = this.#group(flags, depth);
        if ('node' in group) sequence.push(this.#repeated(group.node));
        else flags = group.flags;
        continue;
      }
      sequence.push(...this.#atoms(flags));
    }
    items.push(sequenceOf(sequence));
    return items.length === 1 ? items[0]! : { kind: 'choice', items };
  }

  /** A group, or a change of flags for the rest of the group around it: `(?i)`. */
  #group(flags: Flags, depth: number): { node: RegexNode } | { flags: Flags } {
    const start = this.#at;
    this.#at++;
    let inner = flags;
    let captured: { index: number; name: string | undefined } | undefined;
    if (this.#text[this.#at] === '?') {
      const name = /^\?P?<([A-Za-z0-9_]+)>/.exec(this.#text.slice(this.#at, this.#at + 210));
      if (name !== null) {
        this.#at += name[0].length;
        captured = { index: ++this.#groups, name: name[1] };
      } else {
        const set = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#text.slice(this.#at, this.#at + 20));
        if (set === null)
          throw new RegexSyntaxError('invalid or unsupported Perl syntax', this.#text.slice(start, start + 4));
        this.#at += set[0].length;
        inner = withFlags(flags, set[1]!, set[2] ?? '');
        if (set[3] === ')') return { flags: inner };
      }
    } else captured = { index: ++this.#groups, name: undefined };
    const node = this.choice(inner, depth + 1);
    if (this.#text[this.#at] !== ')') throw new RegexSyntaxError('missing closing )', this.#text);
    this.#at++;
    return { node: captured === undefined ? node : { kind: 'group', ...captured, item: node } };
  }

  /** One atom with its repetition; several for a `\Q...\E`. */
  #atoms(flags: Flags): RegexNode[] {
    const char = this.#text[this.#at]!;
    if ('*+?'.includes(char)) throw new RegexSyntaxError('missing argument to repetition operator', char);
    if (char === '{' && this.#countAt() !== undefined) {
      throw new RegexSyntaxError('missing argument to repetition operator', this.#countAt()!.text);
    }
    if (char === '\\' && this.#text[this.#at + 1] === 'Q') return this.#quoted(flags);
    return [this.#repeated(this.#atom(flags))];
  }

  #quoted(flags: Flags): RegexNode[] {
    const from = this.#at + 2;
    const end = this.#text.indexOf('\\E', from);
    const literal = this.#text.slice(from, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#text.length : end + 2;
    const nodes: RegexNode[] = [...literal].map((char) => ({
      kind: 'set',
      has: literalSet(char.codePointAt(0)!, flags),
    }));
    const last = nodes.pop();
    return last === undefined ? [] : [...nodes, this.#repeated(last)];
  }

  #repeated(atom: RegexNode): RegexNode {
    let node = atom;
    let count = 0;
    let before = '';
    for (;;) {
      const range = this.#repetition();
      if (range === undefined) return node;
      if (++count > 1) throw new RegexSyntaxError('invalid nested repetition operator', before + range.text);
      before = range.text;
      node = { kind: 'repeat', item: node, min: range.min, max: range.max, lazy: range.lazy };
    }
  }

  #repetition(): { min: number; max: number; text: string; lazy: boolean } | undefined {
    const char = this.#text[this.#at];
    let range: { min: number; max: number; text: string } | undefined;
    if (char === '*') range = { min: 0, max: Number.POSITIVE_INFINITY, text: char };
    else if (char === '+') range = { min: 1, max: Number.POSITIVE_INFINITY, text: char };
    else if (char === '?') range = { min: 0, max: 1, text: char };
    else if (char === '{') range = this.#countAt();
    if (range === undefined) return undefined;
    const bounded = Number.isFinite(range.max) ? range.max : range.min;
    if (range.min > maxRepeat || bounded > maxRepeat || range.max < range.min) {
      throw new RegexSyntaxError('invalid repeat count', range.text);
    }
    this.#at += range.text.length;
    const lazy = this.#text[this.#at] === '?';
    if (lazy) this.#at++;
    return { ...range, lazy };
  }

  /** `{2}`, `{2,}`, `{2,5}`; anything else that begins with a brace is a plain brace. */
  #countAt(): { min: number; max: number; text: string } | undefined {
    const match = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    return { min, max, text: match[0] };
  }

  #atom(flags: Flags): RegexNode {
    const char = this.#text[this.#at]!;
    switch (char) {
      case '.':
        this.#at++;
        return { kind: 'set', has: flags.dotAll ? () => true : (cp) => cp !== 10 };
      case '^':
        this.#at++;
        return { kind: 'assert', what: flags.multiLine ? 'line-start' : 'text-start' };
      case '$':
        this.#at++;
        return { kind: 'assert', what: flags.multiLine ? 'line-end' : 'text-end' };
      case '[':
        return { kind: 'set', has: this.#class(flags) };
      case '\\':
        return this.#escape(flags);
    }
    return { kind: 'set', has: literalSet(this.#takeCodePoint(), flags) };
  }

  #takeCodePoint(): number {
    const codePoint = this.#text.codePointAt(this.#at)!;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  #escape(flags: Flags): RegexNode {
    const next = this.#text[this.#at + 1];
    const assertions: Record<string, Assertion> = { A: 'text-start', z: 'text-end', b: 'word', B: 'not-word' };
    if (next !== undefined && assertions[next] !== undefined) {
      this.#at += 2;
      return { kind: 'assert', what: assertions[next] };
    }
    const set = this.#escapedSet();
    if (set !== undefined) return { kind: 'set', has: set };
    return { kind: 'set', has: literalSet(this.#escapedCodePoint(), flags) };
  }

  /** `\d`, `\pL`, `\p{Greek}` and their negations. */
  #escapedSet(): Has | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    const perl = /^\\([dDsSwW])/.exec(rest);
    if (perl !== null) {
      this.#at += 2;
      const has = perlClasses[perl[1]!.toLowerCase()]!;
      return perl[1] === perl[1]!.toLowerCase() ? has : (cp) => !has(cp);
    }
    const unicode = /^\\([pP])(?:\{(\^?)([A-Za-z_]{1,30})\}|([A-Z]))/.exec(rest);
    if (unicode === null) return undefined;
    this.#at += unicode[0].length;
    const has = unicodeClass(unicode[3] ?? unicode[4]!, unicode[0]);
    const isNegated = (unicode[1] === 'P') !== (unicode[2] === '^');
    return isNegated ? (cp) => !has(cp) : has;
  }

  /** The one character that an escape stands for. */
  #escapedCodePoint(): number {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    if (rest.length < 2) throw new RegexSyntaxError('trailing backslash at end of expression', '');
    const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})/.exec(rest);
    const octal = /^\\(?:0([0-7]{0,2})|([1-7][0-7]{1,2}))/.exec(rest);
    const found = hex ?? octal;
    if (found !== null) {
      this.#at += found[0].length;
      const value =
        hex !== null ? Number.parseInt(hex[1] ?? hex[2]!, 16) : Number.parseInt(octal![1] || octal![2] || '0', 8);
      if (value > 0x10ffff) throw new RegexSyntaxError('invalid escape sequence', found[0]);
      return value;
    }
    const char = rest[1]!;
    const control = controlEscapes[char];
    if (control === undefined && !/^[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]$/.test(char)) {
      throw new RegexSyntaxError('invalid escape sequence', rest.slice(0, 2));
    }
    this.#at += 2;
    return control ?? char.charCodeAt(0);
  }

  /** `[a-z0-9_]`, `[^...]`, `[[:alpha:]]`. */
  #class(flags: Flags): Has {
    const start = this.#at;
    this.#at++;
    const isNegated = this.#text[this.#at] === '^';
    if (isNegated) this.#at++;
    const parts: Has[] = [];
    for (let isFirst = true; this.#text[this.#at] !== ']' || isFirst; isFirst = false) {
      if (this.#at >= this.#text.length) throw new RegexSyntaxError('missing closing ]', this.#text.slice(start));
      parts.push(this.#classPart(flags));
    }
    this.#at++;
    const has: Has = (cp) => parts.some((part) => part(cp));
    return isNegated ? (cp) => !has(cp) : has;
  }

  #classPart(flags: Flags): Has {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (posix !== null) {
      const range = posixClasses[posix[2]!];
      if (range === undefined) throw new RegexSyntaxError('invalid character class range', posix[0]);
      this.#at += posix[0].length;
      const has: Has = (cp) => cp < 128 && range.test(String.fromCharCode(cp));
      return posix[1] === '^' ? (cp) => !has(cp) : has;
    }
    if (this.#text[this.#at] === '\\') {
      const set = this.#escapedSet();
      if (set !== undefined) return set;
    }
    const from = this.#at;
    const low = this.#classCodePoint();
    if (this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']' || this.#at + 1 >= this.#text.length) {
      return literalSet(low, flags);
    }
    this.#at++;
    const high = this.#classCodePoint();
    if (high < low) throw new RegexSyntaxError('invalid character class range', this.#text.slice(from, this.#at));
    const has: Has = (cp) => cp >= low && cp <= high;
    return flags.ignoreCase ? (cp) => foldings(cp).some(has) : has;
  }

  #classCodePoint(): number {
    if (this.#at >= this.#text.length) throw new RegexSyntaxError('missing closing ]', this.#text);
    return this.#text[this.#at] === '\\' ? this.#escapedCodePoint() : this.#takeCodePoint();
  }
}

function sequenceOf(items: RegexNode[]): RegexNode {
  if (items.length === 0) return { kind: 'empty' };
  return items.length === 1 ? items[0]! : { kind: 'sequence', items };
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const pick = (letter: string, before: boolean): boolean =>
    off.includes(letter) ? false : on.includes(letter) || before;
  return {
    ignoreCase: pick('i', flags.ignoreCase),
    multiLine: pick('m', flags.multiLine),
    dotAll: pick('s', flags.dotAll),
  };
}

function literalSet(codePoint: number, flags: Flags): Has {
  if (!flags.ignoreCase) return (cp) => cp === codePoint;
  const same = new Set(foldings(codePoint));
  return (cp) => same.has(cp) || foldings(cp).some((each) => same.has(each));
}

/** A character with its upper and lower case. */
function foldings(codePoint: number): number[] {
  const char = String.fromCodePoint(codePoint);
  return [codePoint, char.toLowerCase().codePointAt(0)!, char.toUpperCase().codePointAt(0)!];
}

export function isWordCharacter(codePoint: number): boolean {
  return codePoint < 128 && /\w/.test(String.fromCharCode(codePoint));
}

const perlClasses: Record<string, Has> = {
  d: (cp) => cp >= 48 && cp <= 57,
  // Go's \s has no vertical tab.
  s: (cp) => cp === 32 || cp === 9 || cp === 10 || cp === 12 || cp === 13,
  w: isWordCharacter,
};

const controlEscapes: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

const posixClasses: Record<string, RegExp> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  ascii: /[\x00-\x7f]/,
  blank: /[\t ]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t\n\v\f\r ]/,
  upper: /[A-Z]/,
  word: /\w/,
  xdigit: /[0-9A-Fa-f]/,
};

function unicodeClass(name: string, part: string): Has {
  for (const property of [name, `Script=${name}`]) {
    try {
      const one = new RegExp(`^\\p{${property}}$`, 'u');
      return (cp) => one.test(String.fromCodePoint(cp));
    } catch {
      // Not a property of this kind; the next is tried.
    }
  }
  throw new RegexSyntaxError('invalid character class range', part);
}
