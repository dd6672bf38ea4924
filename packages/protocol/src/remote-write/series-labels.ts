import type { Labels } from '@jaegis/model';
import type { ByteRange } from '../identity-table.ts';
import { quoted, type Refusal } from '../otlp/refusal.ts';
import { readText } from '../wire/utf8.ts';
import { WireError, WireReader } from '../wire/wire-reader.ts';

/** Longer texts are read anew each time. */
const keptBytes = 128;
const maxKept = 128;

/**
 * Reads runs of `Label` messages (remote write 1.0: a time series' own, or an exemplar's). New series come in droves whose
 * labels differ in one or two places, so the text at each place is kept, and used again where the bytes are the same.
 */
export class LabelRunReader {
  #reader = new WireReader(new Uint8Array(0));
  readonly #texts: string[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #lengths: number[] = [];

  /** The labels in a run. Throws a `WireError` when it is none, or names a label twice. */
  read(range: ByteRange): Labels {
    if (this.#reader.bytes !== range.bytes) this.#reader = new WireReader(range.bytes);
    const reader = this.#reader;
    reader.enter(range.start, range.end);
    const labels = new LabelBuilder();
    let place = 0;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x0a) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      const { end } = reader;
      let name = '';
      let value = '';
      reader.end = limit;
      for (let inner = reader.tag(); inner !== 0; inner = reader.tag()) {
        if (inner === 0x0a) name = this.#text(reader, place);
        else if (inner === 0x12) value = this.#text(reader, place + 1);
        else reader.skip(inner);
      }
      reader.enter(limit, end);
      labels.add(name, value);
      place += 2;
    }
    return labels.labels;
  }

  #text(reader: WireReader, place: number): string {
    const limit = reader.limit();
    const { bytes, pos } = reader;
    const length = limit - pos;
    reader.pos = limit;
    if (length > keptBytes || place >= maxKept) return readText(bytes, pos, limit);
    while (this.#bytes.length <= place) {
      this.#bytes.push(new Uint8Array(keptBytes));
      this.#lengths.push(-1);
      this.#texts.push('');
    }
    const kept = this.#bytes[place]!;
    if (this.#lengths[place] === length) {
      let at = 0;
      while (at < length && kept[at] === bytes[pos + at]) at++;
      if (at === length) return this.#texts[place]!;
    }
    const text = readText(bytes, pos, limit);
    for (let at = 0; at < length; at++) kept[at] = bytes[pos + at]!;
    this.#lengths[place] = length;
    this.#texts[place] = text;
    return text;
  }
}

/** Collects labels into one object; a name that is given twice, empty or `__proto__` makes no label set. */
export class LabelBuilder {
  readonly labels: Record<string, string> = {};
  #last = '';

  add(name: string, value: string): void {
    if (name === '' || name === '__proto__')
      throw new WireError(`a label name is ${quoted(name)}, must be another and not empty`);
    // Labels come sorted, so that twice the same would be one behind the other; whoever does not sort is looked up.
    if (name <= this.#last && Object.hasOwn(this.labels, name))
      throw new WireError(`label ${quoted(name)} is given twice`);
    this.#last = name;
    this.labels[name] = value;
  }
}

/** Pairs as labels. Throws a `WireError` as `LabelBuilder.add` does. */
export function labelsOfPairs(pairs: readonly (readonly [string, string])[]): Labels {
  const labels = new LabelBuilder();
  for (const [name, value] of pairs) labels.add(name, value);
  return labels.labels;
}

/** What a series must have: a name. Everything else about labels is judged by the store. */
export function nameFault(labels: Labels): Refusal | undefined {
  if ((labels['__name__'] ?? '') !== '') return undefined;
  return { rejected: 'invalid_name', message: 'a series has no name (label __name__)' };
}
