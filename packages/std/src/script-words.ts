/** The words of the lines that test scripts are written in (`.scaling`, `.detect`), and what is said when one is wrong. */
import { parseDurationMs } from './duration.ts';

/** Something wrong in a script, told to its writer. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** `+15s` counts from what came before, `15s` from the start. */
export interface TimePoint {
  readonly ms: number;
  readonly isRelative: boolean;
}

/** The words of one line, taken from left to right. */
export interface ScriptWords {
  readonly isEmpty: boolean;
  next(what: string): string;
  /** Takes the word if it is the next one. */
  take(word: string): boolean;
  keyword(word: string): void;
  integer(what: string, min: number, max: number): number;
  duration(what: string): number;
  time(what: string): TimePoint;
  oneOf<T extends string>(choices: readonly T[]): T;
  rest(what: string): string[];
  end(): void;
}

/** Splits a line into words; quotes keep spaces, `#` outside them begins a comment. */
export function splitScriptLine(line: string): ScriptWords {
  const words: string[] = [];
  const pattern = /\s+|#.*$|"([^"]*)"|[^\s"#]+/gy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    if (match[1] !== undefined) words.push(match[1]);
    else if (!/^[\s#]/.test(match[0])) words.push(match[0]);
  }
  if (/^[^#]*$/.test(line) && (line.split('"').length - 1) % 2 === 1) throw new ScriptError('a quote is not closed');
  let at = 0;
  const self: ScriptWords = {
    get isEmpty() {
      return at >= words.length;
    },
    next(what) {
      const word = words[at++];
      if (word === undefined) throw new ScriptError(`expected ${what}, found the end of the line`);
      return word;
    },
    take(word) {
      if (words[at] !== word) return false;
      at++;
      return true;
    },
    keyword(word) {
      const found = self.next(`"${word}"`);
      if (found !== word) throw new ScriptError(`expected "${word}", found "${found}"`);
    },
    integer(what, min, max) {
      const text = self.next(what);
      const value = Number(text);
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new ScriptError(`${what} is "${text}", must be a whole number in ${min}..${max}`);
      }
      return value;
    },
    duration(what) {
      const text = self.next(what);
      const ms = parseDurationMs(text);
      if (ms === undefined) throw new ScriptError(`${what} is "${text}", must be a duration like 15s`);
      return ms;
    },
    time(what) {
      const text = self.next(what);
      const isRelative = text.startsWith('+');
      const ms = parseDurationMs(isRelative ? text.slice(1) : text);
      if (ms === undefined) throw new ScriptError(`${what} is "${text}", must be like 15s or +15s`);
      return { ms, isRelative };
    },
    oneOf(choices) {
      const text = self.next(choices.join(', '));
      const found = choices.find((choice) => choice === text);
      if (found === undefined) throw new ScriptError(`"${text}" must be one of ${choices.join(', ')}`);
      return found;
    },
    rest(what) {
      if (self.isEmpty) throw new ScriptError(`expected ${what}, found the end of the line`);
      return words.slice(at, (at = words.length));
    },
    end() {
      if (!self.isEmpty) throw new ScriptError(`"${words[at]}" is not expected here`);
    },
  };
  return self;
}
