/**
 * A regular expression's program as a deterministic automaton whose states are made when a text first leads to them: one
 * look into a table for each character, where the set of states walks over a list. Only for programs without assertions,
 * and for texts of ASCII; whatever else comes is said to be unknown (`undefined`), as is everything past a number of
 * states, so that no pattern can take much memory. Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009.
 */
import type { Instruction } from './linear-regex.ts';

const characters = 128;
/** 64 KiB of tables. */
const maxStates = 256;
/** A state of a longer program is too dear to be kept. */
const maxLength = 1_000;
const dead = 0;

export class LazyDfa {
  readonly #program: readonly Instruction[];
  /** For each state and character the next state + 1; 0 where that is not known yet. */
  #next = new Uint16Array(8 * characters);
  readonly #accepts: boolean[] = [];
  readonly #places: (readonly number[])[] = [];
  readonly #known = new Map<string, number>();
  readonly #start: number;

  /** `undefined` for a program that is too long, or needs to know what surrounds a place. */
  static of(program: readonly Instruction[]): LazyDfa | undefined {
    if (program.length > maxLength || program.some(({ op }) => op === 'assert')) return undefined;
    return new LazyDfa(program);
  }

  private constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#stateOf([]);
    this.#start = this.#stateOf([0])!;
  }

  /** Whether the whole text matches; `undefined` when this cannot say. */
  matches(text: string): boolean | undefined {
    let state = this.#start;
    const { length } = text;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= characters) return undefined;
      const next = this.#next[state * characters + code]! - 1;
      if (next >= 0) state = next;
      else {
        const found = this.#follow(state, code);
        if (found === undefined) return undefined;
        state = found;
      }
      if (state === dead) return false;
    }
    return this.#accepts[state]!;
  }

  #follow(state: number, code: number): number | undefined {
    const starts: number[] = [];
    for (const place of this.#places[state]!) {
      const instruction = this.#program[place]!;
      if (instruction.op === 'set' && instruction.has(code)) starts.push(place + 1);
    }
    const next = this.#stateOf(starts);
    if (next !== undefined) this.#next[state * characters + code] = next + 1;
    return next;
  }

  /** The state of being at all places that lead on from `starts` without a character. */
  #stateOf(starts: readonly number[]): number | undefined {
    const seen = new Set<number>();
    const places: number[] = [];
    let accepts = false;
    const stack = [...starts];
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      const instruction = this.#program[place]!;
      if (instruction.op === 'split') stack.push(instruction.b, instruction.a);
      else if (instruction.op === 'match') accepts = true;
      else places.push(place);
    }
    places.sort((a, b) => a - b);
    const key = `${accepts}${places.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const state = this.#places.length;
    if (state === maxStates) return undefined;
    this.#known.set(key, state);
    this.#places.push(places);
    this.#accepts.push(accepts);
    if (this.#next.length < (state + 1) * characters) {
      const grown = new Uint16Array(this.#next.length * 2);
      grown.set(this.#next);
      this.#next = grown;
    }
    return state;
  }
}
