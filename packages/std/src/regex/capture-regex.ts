/**
 * Regular expressions that tell what their groups matched, in time linear in the text (Pike's virtual machine: a set of
 * threads walks over the text, each with its own captures, ordered by priority; Cox, "Regular Expression Matching: the
 * Virtual Machine Approach", 2009). Leftmost-first, as in RE2 and Perl. The whole text must match. Slower than
 * linear-regex.ts, which only says yes or no.
 */
import { holds } from './linear-regex.ts';
import { type Assertion, parseRegex, type RegexNode, RegexSyntaxError } from './regex-syntax.ts';

const maxPatternLength = 16_384;
const maxProgramLength = 20_000;

export type CaptureRegex =
  | {
      readonly ok: true;
      /** What each group matched, the whole text first; `undefined` when the text does not match. */
      readonly exec: (text: string) => readonly (string | undefined)[] | undefined;
      /** Numbers of the groups that have a name. */
      readonly names: ReadonlyMap<string, number>;
    }
  | { readonly ok: false; readonly error: string };

type Instruction =
  | { readonly op: 'set'; readonly has: (codePoint: number) => boolean }
  /** The first target has priority. */
  | { readonly op: 'split'; a: number; b: number }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'match' };

/** Compiles a pattern in RE2's syntax (as if between `^(?s:` and `)$`). */
export function compileCaptureRegex(pattern: string): CaptureRegex {
  try {
    if (pattern.length > maxPatternLength) throw new RegexSyntaxError('expression too long', pattern.slice(0, 100));
    const { program, names, groups } = compile(parseRegex(pattern), pattern);
    return { ok: true, names, exec: (text) => run(program, groups, text) };
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { ok: false, error: error.message };
    throw error;
  }
}

function compile(root: RegexNode, pattern: string) {
  const program: Instruction[] = [];
  const names = new Map<string, number>();
  let groups = 1;
  const emit = <T extends Instruction>(instruction: T): T => {
    if (program.length >= maxProgramLength) throw new RegexSyntaxError('expression too large', pattern.slice(0, 100));
    program.push(instruction);
    return instruction;
  };
  const split = () => emit({ op: 'split', a: 0, b: 0 } as { op: 'split'; a: number; b: number });
  const aim = (at: { a: number; b: number }, lazy: boolean, into: number, past: number): void => {
    at.a = lazy ? past : into;
    at.b = lazy ? into : past;
  };
  const visit = (node: RegexNode): void => {
    switch (node.kind) {
      case 'empty':
        return;
      case 'set':
        emit({ op: 'set', has: node.has });
        return;
      case 'assert':
        emit({ op: 'assert', what: node.what });
        return;
      case 'sequence':
        for (const item of node.items) visit(item);
        return;
      case 'group':
        groups = Math.max(groups, node.index + 1);
        if (node.name !== undefined) names.set(node.name, node.index);
        emit({ op: 'save', slot: 2 * node.index });
        visit(node.item);
        emit({ op: 'save', slot: 2 * node.index + 1 });
        return;
      case 'choice':
        visitChoice(node.items);
        return;
      case 'repeat':
        visitRepeat(node);
    }
  };
  const visitChoice = (items: readonly RegexNode[]): void => {
    const jumps: { a: number; b: number }[] = [];
    for (const [i, item] of items.entries()) {
      if (i === items.length - 1) {
        visit(item);
        break;
      }
      const fork = split();
      const into = program.length;
      visit(item);
      jumps.push(split());
      aim(fork, false, into, program.length);
    }
    for (const jump of jumps) jump.a = jump.b = program.length;
  };
  const visitRepeat = (node: RegexNode & { kind: 'repeat' }): void => {
    for (let i = 0; i < node.min; i++) visit(node.item);
    if (node.max === Number.POSITIVE_INFINITY) {
      const at = program.length;
      const fork = split();
      const into = program.length;
      visit(node.item);
      const back = split();
      back.a = back.b = at;
      aim(fork, node.lazy, into, program.length);
      return;
    }
    const forks: { fork: { a: number; b: number }; into: number }[] = [];
    for (let i = node.min; i < node.max; i++) {
      const fork = split();
      forks.push({ fork, into: program.length });
      visit(node.item);
    }
    for (const { fork, into } of forks) aim(fork, node.lazy, into, program.length);
  };
  visit(root);
  emit({ op: 'match' });
  return { program, names, groups };
}

interface Thread {
  readonly pc: number;
  readonly saved: readonly number[];
}

function run(program: readonly Instruction[], groups: number, text: string): (string | undefined)[] | undefined {
  const entered = new Int32Array(program.length).fill(-1);
  let found: readonly number[] | undefined;
  const follow = (first: Thread, at: number, before: number, after: number, into: Thread[]): void => {
    const stack = [first];
    while (stack.length > 0) {
      const { pc, saved } = stack.pop()!;
      if (entered[pc] === at) continue;
      entered[pc] = at;
      const instruction = program[pc]!;
      if (instruction.op === 'split') stack.push({ pc: instruction.b, saved }, { pc: instruction.a, saved });
      else if (instruction.op === 'save') stack.push({ pc: pc + 1, saved: saved.with(instruction.slot, at) });
      else if (instruction.op === 'assert') {
        if (holds(instruction.what, before, after)) stack.push({ pc: pc + 1, saved });
      } else if (instruction.op === 'set') into.push({ pc, saved });
      else if (after === -1) found ??= saved;
    }
  };
  let at = 0;
  let after = text.length > 0 ? text.codePointAt(0)! : -1;
  let threads: Thread[] = [];
  follow({ pc: 0, saved: new Array<number>(2 * groups).fill(-1) }, at, -1, after, threads);
  while (after !== -1 && threads.length > 0) {
    const before = after;
    at += before > 0xffff ? 2 : 1;
    after = at < text.length ? text.codePointAt(at)! : -1;
    const next: Thread[] = [];
    for (const { pc, saved } of threads) {
      const instruction = program[pc]!;
      if (instruction.op === 'set' && instruction.has(before)) follow({ pc: pc + 1, saved }, at, before, after, next);
    }
    threads = next;
  }
  if (found === undefined) return undefined;
  const saved = found;
  return Array.from({ length: groups }, (_, group) => {
    if (group === 0) return text;
    const from = saved[2 * group]!;
    const to = saved[2 * group + 1]!;
    return from === -1 || to === -1 ? undefined : text.slice(from, to);
  });
}
