import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assemble, block, br, brIf, type Code, get, i32, loop, set, u32, when } from './assembler.ts';
import { compile } from './instantiate.ts';

interface OfTwo {
  readonly run: (a: number, b: number) => number;
}

/** A function of two numbers, and a third local. */
function functionOf(code: Code): (a: number, b: number) => number {
  return compile<OfTwo>(assemble([{ name: 'run', params: 2, locals: 1, code }]))().run;
}

test('every number can be a constant, and goes through LEB128 whole', () => {
  fc.assert(
    fc.property(fc.integer(), (value) => functionOf(i32.const(value))(0, 0) === value),
    { numRuns: 200 },
  );
  expect(u32(0)).toEqual([0]);
  expect(u32(624_485)).toEqual([0xe5, 0x8e, 0x26]);
});

test('arithmetic and comparison are those of unsigned 32 bits', () => {
  const operations: [Code, (a: number, b: number) => number][] = [
    [i32.add(get(0), get(1)), (a, b) => (a + b) | 0],
    [i32.sub(get(0), get(1)), (a, b) => (a - b) | 0],
    [i32.and(get(0), get(1)), (a, b) => a & b],
    [i32.or(get(0), get(1)), (a, b) => a | b],
    [i32.shl(get(0), get(1)), (a, b) => a << b],
    [i32.shrU(get(0), get(1)), (a, b) => (a >>> b) | 0],
    [i32.eq(get(0), get(1)), (a, b) => Number(a === b)],
    [i32.ltU(get(0), get(1)), (a, b) => Number(a >>> 0 < b >>> 0)],
    [i32.gtU(get(0), get(1)), (a, b) => Number(a >>> 0 > b >>> 0)],
    [i32.geU(get(0), get(1)), (a, b) => Number(a >>> 0 >= b >>> 0)],
    [i32.eqz(get(0)), (a) => Number(a === 0)],
  ];
  for (const [code, expected] of operations) {
    const run = functionOf(code);
    fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => run(a, b) === expected(a, b)));
  }
});

test('loops, blocks and branches: the sum of the numbers below the first, or the second where there are none', () => {
  const sum = functionOf([
    when(
      i32.eqz(get(0)),
      [set(2, get(1))],
      [
        block(
          loop(brIf(1, i32.eqz(get(0))), set(0, i32.sub(get(0), i32.const(1))), set(2, i32.add(get(2), get(0))), br(0)),
        ),
      ],
    ),
    get(2),
  ]);
  expect([sum(10, 7), sum(1, 7), sum(0, 7)]).toEqual([45, 0, 7]);
});
