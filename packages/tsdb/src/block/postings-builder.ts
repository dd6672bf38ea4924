/** The symbols of a block, and which of its series carry a pair of name and value, gathered while it is written. */

import { ByteWriter } from '../byte-stream.ts';
import type { LabelPairs } from './block-file.ts';

/** Runs of series, as they go to the file: gap and length in turn. */
interface List {
  readonly runs: number[];
  /** One more than the last series. */
  end: number;
  count: number;
}

export interface EncodedName {
  readonly name: number;
  readonly lists: readonly { readonly value: number; readonly count: number; readonly bytes: Uint8Array }[];
}

export class PostingsBuilder {
  readonly #symbols = new Map<string, number>();
  readonly #names = new Map<number, Map<number, List>>();

  /** Notes that series `id` has these labels, ids rising; returns the symbols in turn. */
  add(id: number, labels: LabelPairs): Uint32Array {
    const ids = new Uint32Array(labels.length * 2);
    for (let i = 0; i < labels.length; i++) {
      const name = this.#symbol(labels[i]![0]);
      const value = this.#symbol(labels[i]![1]);
      ids[2 * i] = name;
      ids[2 * i + 1] = value;
      this.#note(name, value, id);
    }
    return ids;
  }

  #symbol(text: string): number {
    const known = this.#symbols.get(text);
    if (known !== undefined) return known;
    this.#symbols.set(text, this.#symbols.size);
    return this.#symbols.size - 1;
  }

  #note(name: number, value: number, id: number): void {
    let values = this.#names.get(name);
    if (values === undefined) {
      values = new Map();
      this.#names.set(name, values);
    }
    const list = values.get(value);
    if (list === undefined) {
      values.set(value, { runs: [id, 1], end: id + 1, count: 1 });
      return;
    }
    if (id === list.end) list.runs[list.runs.length - 1]!++;
    else list.runs.push(id - list.end, 1);
    list.end = id + 1;
    list.count++;
  }

  writeSymbols(out: ByteWriter): void {
    out.varint(this.#symbols.size);
    for (const text of this.#symbols.keys()) out.text(text);
  }

  encode(): EncodedName[] {
    const scratch = new ByteWriter();
    return [...this.#names].map(([name, values]) => ({
      name,
      lists: [...values].map(([value, { runs, count }]) => {
        scratch.reset();
        for (const number of runs) scratch.varint(number);
        return { value, count, bytes: scratch.view().slice() };
      }),
    }));
  }
}
