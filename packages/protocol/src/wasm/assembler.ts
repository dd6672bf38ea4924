/**
 * Just enough of an assembler for WebAssembly to write a few hot loops in this repository, without a compiler: functions
 * of i32 over one memory, put together from nested pieces of code. WebAssembly Core Specification 2.0, binary format
 * (section 5) and SIMD. Nothing is checked here; the engine validates the module when it is loaded.
 */
export type Code = readonly (number | Code)[];

/** LEB128, unsigned. */
export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest >= 128) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** LEB128, signed. */
function s32(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; ) {
    const byte = rest & 127;
    rest >>= 7;
    if ((rest === 0 && (byte & 64) === 0) || (rest === -1 && (byte & 64) !== 0)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

const binary = (opcode: number) => (left: Code, right: Code) => [left, right, opcode] as Code;
/** Alignment is a hint; 0 promises nothing. */
const load = (opcode: Code) => (address: Code) => [address, opcode, 0, 0] as Code;
const store = (opcode: Code) => (address: Code, value: Code) => [address, value, opcode, 0, 0] as Code;
const simd = 0xfd;

export const i32 = {
  const: (value: number): Code => [0x41, s32(value)],
  eqz: (value: Code): Code => [value, 0x45],
  eq: binary(0x46),
  ltU: binary(0x49),
  gtU: binary(0x4b),
  geU: binary(0x4f),
  add: binary(0x6a),
  sub: binary(0x6b),
  and: binary(0x71),
  or: binary(0x72),
  shl: binary(0x74),
  shrU: binary(0x76),
  load: load([0x28]),
  load8: load([0x2d]),
  load16: load([0x2f]),
  store8: store([0x3a]),
};
export const i64 = { load: load([0x29]), store: store([0x37]) };
export const v128 = { load: load([simd, 0x00]), store: store([simd, 0x0b]) };

export const get = (local: number): Code => [0x20, u32(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, u32(local)];
/** Leaves `depth` blocks; of a loop, begins it anew. */
export const br = (depth: number): Code => [0x0c, u32(depth)];
export const brIf = (depth: number, condition: Code): Code => [condition, 0x0d, u32(depth)];
const empty = 0x40;
const end = 0x0b;
export const block = (...code: Code): Code => [0x02, empty, code, end];
export const loop = (...code: Code): Code => [0x03, empty, code, end];
export const when = (condition: Code, then: Code, otherwise?: Code): Code =>
  otherwise === undefined ? [condition, 0x04, empty, then, end] : [condition, 0x04, empty, then, 0x05, otherwise, end];
export const give = (value: Code): Code => [value, 0x0f];

export interface WasmFunction {
  readonly name: string;
  readonly params: number;
  /** Locals beside the parameters. */
  readonly locals: number;
  readonly code: Code;
}

/** The module's bytes: functions of i32 that return an i32, and their memory, exported as `memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const valueType = 0x7f;
  const types = functions.map(({ params }) => [0x60, u32(params), new Array(params).fill(valueType), 1, valueType]);
  const bodies = functions.map(({ locals, code }) => {
    const body = flat([1, u32(locals), valueType, code, end]);
    return [u32(body.length), body];
  });
  const exports = [[text('memory'), 2, 0], ...functions.map(({ name }, index) => [text(name), 0, u32(index)])];
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [u32(types.length), types]),
      section(3, [u32(functions.length), functions.map((_, index) => u32(index))]),
      section(5, [1, 0, 1]),
      section(7, [u32(exports.length), exports]),
      section(10, [u32(bodies.length), bodies]),
    ]),
  );
}

function section(id: number, content: Code): Code {
  const bytes = flat(content);
  return [id, u32(bytes.length), bytes];
}

function text(name: string): Code {
  const bytes = [...new TextEncoder().encode(name)];
  return [u32(bytes.length), bytes];
}

function flat(code: Code): number[] {
  const bytes: number[] = [];
  const add = (part: Code): void => {
    for (const each of part) {
      if (typeof each === 'number') bytes.push(each);
      else add(each);
    }
  };
  add(code);
  return bytes;
}
