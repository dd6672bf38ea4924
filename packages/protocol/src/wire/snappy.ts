/**
 * Snappy's block format (google/snappy, format_description.txt): the length of the output as a varint, then literals and
 * copies of what was written before. The elements are unpacked by WebAssembly of our own (snappy-code.ts), 16 bytes at a
 * step, in a memory that is used again for every request: nothing is allocated, and the bytes are still in the cache
 * when they are decoded. Whatever the input, no more than its declared length is written, and that is checked first.
 */
import { compile, type WasmMemory, wasmPageBytes } from '../wasm/instantiate.ts';
import { overrun, snappyModule } from './snappy-code.ts';

export type Unpacked =
  /** A view that is good until the next call. */
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: 'malformed' | 'too_large'; readonly error: string };

/** A larger memory is not kept for small blocks. */
const keptBytes = 2 ** 23;
const largestBytes = 2 ** 31;

interface Unpacker {
  readonly memory: WasmMemory;
  readonly unpack: (source: number, sourceEnd: number, target: number, size: number) => number;
}

const createUnpacker = compile<Unpacker>(snappyModule);

export class SnappyReader {
  #unpacker = createUnpacker();
  #memory = new Uint8Array(this.#unpacker.memory.buffer);

  /** Unpacks a block of at most `limitBytes` (unpacked). */
  read(source: Uint8Array, limitBytes: number): Unpacked {
    let size = 0;
    let pos = 0;
    for (let scale = 1; ; scale *= 128) {
      if (pos >= source.length || pos === 5) return malformed('its length is missing');
      const byte = source[pos++]!;
      size += (byte & 127) * scale;
      if (byte < 128) break;
    }
    // First the packed bytes, then the room for the others.
    const target = Math.ceil((source.length + overrun) / overrun) * overrun;
    if (size > limitBytes || target + size + overrun > largestBytes) {
      const error = `the body is too large, must be at most ${limitBytes} bytes`;
      return { ok: false, fault: 'too_large', error };
    }
    this.#reserve(target + size + overrun);
    this.#memory.set(source, 0);
    return this.#unpacker.unpack(pos, source.length, target, size) === 1
      ? { ok: true, bytes: this.#memory.subarray(target, target + size) }
      : malformed('it is cut off or damaged');
  }

  /** A memory only grows: one that a great block made is given up for a new one. */
  #reserve(bytes: number): void {
    if (this.#memory.length > keptBytes && bytes < keptBytes / 2) {
      this.#unpacker = createUnpacker();
      this.#memory = new Uint8Array(this.#unpacker.memory.buffer);
    }
    const missing = bytes - this.#memory.length;
    if (missing <= 0) return;
    this.#unpacker.memory.grow(Math.ceil(missing / wasmPageBytes));
    this.#memory = new Uint8Array(this.#unpacker.memory.buffer);
  }
}

function malformed(what: string): Unpacked {
  return { ok: false, fault: 'malformed', error: `the body is not a snappy block: ${what}` };
}
