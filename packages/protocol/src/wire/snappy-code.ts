/**
 * Unpacking a snappy block as WebAssembly: `unpack(source, sourceEnd, target, size)` over one memory, 1 when the elements
 * in [source, sourceEnd) make exactly `size` bytes at `target`, else 0. Whatever the input, it reads no further than
 * 16 bytes behind `sourceEnd` and writes no further than 16 bytes behind `target + size`: copies go in steps of 16 bytes
 * and run over their end, into what the next element writes anyway.
 */
import { assemble, block, br, brIf, type Code, get, give, i32, i64, loop, set, v128, when } from '../wasm/assembler.ts';

/** What a step may read or write behind an end. */
export const overrun = 16;

const [source, sourceEnd, target, size] = [0, 1, 2, 3];
const [at, end, tag, length, from, offset, stop] = [4, 5, 6, 7, 8, 9, 10];
const number = i32.const;
const increase = (local: number, by: Code): Code => set(local, i32.add(get(local), by));

/** From `from` to `at` until `stop`, so many bytes at a step; both move. */
function copySteps(step: 1 | 8 | 16): Code {
  const move =
    step === 16
      ? v128.store(get(at), v128.load(get(from)))
      : step === 8
        ? i64.store(get(at), i64.load(get(from)))
        : i32.store8(get(at), i32.load8(get(from)));
  return loop(move, increase(from, number(step)), increase(at, number(step)), brIf(0, i32.ltU(get(at), get(stop))));
}

const fail = give(number(0));
const lengthIsBad = i32.gtU(get(length), i32.sub(get(end), get(at)));

const literal: Code = [
  set(length, i32.add(i32.shrU(get(tag), number(2)), number(1))),
  when(i32.gtU(get(length), number(60)), [
    // 61 to 64: the length less one stands in the next 1 to 4 bytes. `offset` holds how many.
    set(offset, i32.sub(get(length), number(60))),
    when(i32.gtU(get(offset), i32.sub(get(sourceEnd), get(source))), fail),
    set(
      length,
      i32.and(i32.load(get(source)), i32.shrU(number(-1), i32.sub(number(32), i32.shl(get(offset), number(3))))),
    ),
    increase(source, get(offset)),
    // All ones would be 0 with the one added.
    when(i32.eq(get(length), number(-1)), fail),
    increase(length, number(1)),
  ]),
  when(i32.or(i32.gtU(get(length), i32.sub(get(sourceEnd), get(source))), lengthIsBad), fail),
  set(from, get(source)),
  set(stop, i32.add(get(at), get(length))),
  copySteps(16),
  set(at, get(stop)),
  increase(source, get(length)),
];

/** The length in the upper six bits of the tag; the offset in so many bytes behind it. */
function farCopy(bytes: 2 | 4): Code {
  return [
    when(i32.gtU(number(bytes), i32.sub(get(sourceEnd), get(source))), fail),
    set(length, i32.add(i32.shrU(get(tag), number(2)), number(1))),
    set(offset, bytes === 2 ? i32.load16(get(source)) : i32.load(get(source))),
    increase(source, number(bytes)),
  ];
}

const nearCopy: Code = [
  when(i32.eq(get(source), get(sourceEnd)), fail),
  set(length, i32.add(i32.and(i32.shrU(get(tag), number(2)), number(7)), number(4))),
  set(offset, i32.or(i32.shl(i32.and(get(tag), number(0xe0)), number(3)), i32.load8(get(source)))),
  increase(source, number(1)),
];

const copy: Code = [
  when(
    i32.eq(i32.and(get(tag), number(3)), number(1)),
    nearCopy,
    when(i32.eq(i32.and(get(tag), number(3)), number(2)), farCopy(2), farCopy(4)),
  ),
  // An offset of 0, less one, is beyond all that was written.
  when(i32.or(i32.geU(i32.sub(get(offset), number(1)), i32.sub(get(at), get(target))), lengthIsBad), fail),
  set(from, i32.sub(get(at), get(offset))),
  set(stop, i32.add(get(at), get(length))),
  when(
    i32.geU(get(offset), number(16)),
    copySteps(16),
    // A step must not be longer than the distance: what it reads must have been written.
    when(i32.geU(get(offset), number(8)), copySteps(8), copySteps(1)),
  ),
  set(at, get(stop)),
];

/** The bytes of the module. */
export const snappyModule = assemble([
  {
    name: 'unpack',
    params: 4,
    locals: 7,
    code: [
      set(at, get(target)),
      set(end, i32.add(get(target), get(size))),
      block(
        loop(
          brIf(1, i32.geU(get(source), get(sourceEnd))),
          set(tag, i32.load8(get(source))),
          increase(source, number(1)),
          when(i32.eqz(i32.and(get(tag), number(3))), literal, copy),
          br(0),
        ),
      ),
      i32.eq(get(at), get(end)),
    ],
  },
]);
