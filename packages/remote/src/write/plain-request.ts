/**
 * Requests of 1.0 from pieces that are packed already. Series go out in the same order again and again, and all that is new
 * is a value and a time. So each series keeps its part of the snappy block: literals and references to bytes of labels, its
 * own and those of the series before it, which have the same places in every request of that order. Behind it the sample
 *
 *   value, 8 bytes | 0x10 | time, a varint of 6 bytes (years 1971 to 2109)
 *
 * is put as it is, or, where its end is that of the series before, as a reference to that. A piece is good as long as the same
 * series stand before it, so far back as it refers to: each knows after which it stood last and since which request that is
 * so, and no piece may be older than the links that lead to it. Where the order is another each time, a piece is made for every sample, at twice the cost.
 */
import { isStaleMarker } from '@jaegis/model';
import { putSnappyCopy, putSnappyLiteral } from '@jaegis/protocol';
import { labelMessages, type OutgoingSeries } from './outgoing.ts';
import { varintSize, writeVarint } from './request-bytes.ts';
import type { SampleColumns } from './sample-columns.ts';

/** So many series before it: those of the agent before are among them. */
const reach = 64;
/** Tag and length of the sample's message, tag of its value. */
const sampleHead = [0x12, 0x10, 0x09] as const;
const valueBytes = 8;
const timeBytes = 7;
const sampleBytes = valueBytes + timeBytes;
/** Times whose varint has six bytes. */
const firstTime = 2 ** 35;
const lastTime = 2 ** 42 - 1;
const longestSeries = 2 ** 14;
const preambleBytes = 5;
/** Before the place of every series. */
const nothing = -2;
const tableBits = 14;
const windowBytes = 2 ** 16 - 1;
/** Room for the pieces of some 200,000 series. */
const defaultPieceBytes = 2 ** 22;

export class PlainRequest {
  #out = new Uint8Array(2 ** 16);
  #view = new DataView(this.#out.buffer);
  #length = 0;
  // Not 0: a field that was a whole number is another form of object to the compiler once it holds a fraction.
  #lastValue = Number.NaN;
  #lastTimestamp = Number.NaN;
  /** The pieces of all series, and the request since which those of before are gone. */
  #pieces: Uint8Array;
  readonly #mostPieceBytes: number;
  #piecesLength = 0;
  #piecesSince = 0;
  /** How many series back what was packed last refers to. */
  #packedReach = 0;
  /** The newest series of the request as they are, unpacked; what stands in it may be referred to. */
  readonly #window = new Uint8Array(windowBytes);
  readonly #windowView = new DataView(this.#window.buffer);
  #windowLength = 0;
  /** The last series in it, by its place in the request. */
  #windowLast = nothing;
  /** Where in the window each of the newest series begins, by its place modulo `reach`; since when it stands after its neighbour. */
  readonly #starts = new Int32Array(reach);
  readonly #links = new Float64Array(reach);
  /** The newest of `#links`, and the place it is of. */
  #newestLink = Number.NaN;
  #newestPlace = 0;
  /** Where four bytes of labels were last seen, plus one, and where those labels begin and end. */
  readonly #seen = new Int32Array(2 ** tableBits);
  readonly #seenStart = new Int32Array(2 ** tableBits);
  readonly #seenEnd = new Int32Array(2 ** tableBits);

  /** When pieces take `mostPieceBytes` all are made anew. Its series are in requests of no other. */
  constructor(mostPieceBytes = defaultPieceBytes) {
    this.#mostPieceBytes = mostPieceBytes;
    this.#pieces = new Uint8Array(Math.min(2 ** 15, mostPieceBytes));
  }

  /** The body, or `undefined` where a series has more than its labels and one sample. `request` is above all before it. */
  encode(samples: SampleColumns, request: number): Uint8Array | undefined {
    const { series, timestamps, values } = samples;
    for (let i = 0; i < series.length; i++) {
      const timestamp = timestamps[i]!;
      if (timestamp < firstTime || timestamp > lastTime || samples.exemplars[i] !== undefined) return undefined;
      const each = series[i]!;
      if (each.size === 0) each.size = sizeOf(each);
      if (each.size > longestSeries) return undefined;
    }
    this.#length = preambleBytes;
    this.#windowLast = nothing;
    this.#newestLink = 0;
    this.#newestPlace = 0;
    let total = 0;
    for (let i = 0; i < series.length; i++) {
      const { size } = series[i]!;
      total += size;
      this.#room(size + 64);
      this.#labels(series, i, request);
      this.#valueAndTime(values[i]!, timestamps[i]!, i === 0 ? 0 : size);
    }
    const from = preambleBytes - varintSize(total);
    writeVarint(this.#out, from, total);
    return this.#out.slice(from, this.#length);
  }

  /** All of a series but its value and its time. */
  #labels(all: readonly OutgoingSeries[], place: number, request: number): void {
    const series = all[place]!;
    const before = place === 0 ? undefined : all[place - 1];
    if (place > 0 && series.after !== before) {
      series.after = before;
      series.linkedIn = request;
    }
    this.#link(place, place === 0 ? 0 : series.linkedIn);
    if (this.#isPieceGood(series, place)) {
      const { pieceAt, pieceLength } = series;
      const [out, pieces] = [this.#out, this.#pieces];
      const at = this.#length;
      for (let i = 0; i < pieceLength; i++) out[at + i] = pieces[pieceAt + i]!;
      this.#length = at + pieceLength;
      return;
    }
    const start = this.#length;
    this.#pack(all, place);
    if (place >= reach) this.#keep(series, start, request);
  }

  /** Whether those that the piece refers to stand before the series as they did when it was made. */
  #isPieceGood({ packedIn, pieceReach }: OutgoingSeries, place: number): boolean {
    if (packedIn === 0 || packedIn < this.#piecesSince || pieceReach > place) return false;
    if (packedIn >= this.#newestLink) return true;
    for (let i = place; i > place - pieceReach; i--) if (this.#links[i % reach]! > packedIn) return false;
    return true;
  }

  /** Keeps what was put since `start` as the piece of a series: where its last one was, if that was as long. */
  #keep(series: OutgoingSeries, start: number, request: number): void {
    const length = this.#length - start;
    if (series.packedIn === 0 || series.packedIn < this.#piecesSince || series.pieceLength < length) {
      if (this.#piecesLength + length > this.#pieces.length) this.#moreRoom(request);
      series.pieceAt = this.#piecesLength;
      this.#piecesLength += length;
    }
    series.pieceLength = length;
    series.pieceReach = this.#packedReach;
    series.packedIn = request;
    this.#pieces.set(this.#out.subarray(start, this.#length), series.pieceAt);
  }

  #moreRoom(request: number): void {
    if (this.#pieces.length >= this.#mostPieceBytes) {
      this.#piecesLength = 0;
      // Pieces of this request that were put before this moment are gone too.
      this.#piecesSince = request + 1;
      return;
    }
    const larger = new Uint8Array(this.#pieces.length * 2);
    larger.set(this.#pieces);
    this.#pieces = larger;
  }

  /** Keeps the newest of the links that lead to a place. */
  #link(place: number, linkedIn: number): void {
    this.#links[place % reach] = linkedIn;
    if (place - this.#newestPlace >= reach) {
      this.#newestLink = 0;
      for (let i = place + 1 - reach; i < place; i++)
        if (this.#links[i % reach]! >= this.#newestLink) {
          this.#newestLink = this.#links[i % reach]!;
          this.#newestPlace = i;
        }
    }
    if (linkedIn < this.#newestLink) return;
    this.#newestLink = linkedIn;
    this.#newestPlace = place;
  }

  /** Behind a sample of the same value, or at least time, `size` bytes before: as a reference to that. */
  #valueAndTime(value: number, timestamp: number, size: number): void {
    const out = this.#out;
    const isSameTime = size > 0 && timestamp === this.#lastTimestamp;
    if (isSameTime && Object.is(value, this.#lastValue) && !Number.isNaN(value)) {
      this.#length = putSnappyCopy(size, sampleBytes, out, this.#length);
      return;
    }
    this.#lastValue = value;
    this.#lastTimestamp = timestamp;
    let at = this.#length;
    out[at++] = ((isSameTime ? valueBytes : sampleBytes) - 1) << 2;
    // Copies may change the bits of a NaN, and those of the stale marker mean something.
    if (isStaleMarker(value)) {
      this.#view.setUint32(at, 2, true);
      this.#view.setUint32(at + 4, 0x7ff00000, true);
    } else this.#view.setFloat64(at, value, true);
    at += valueBytes;
    if (isSameTime) this.#length = putSnappyCopy(size, timeBytes, out, at);
    else {
      out[at] = 0x10;
      this.#length = writeVarint(out, at + 1, timestamp);
    }
  }

  /** Packs the series at a place of the request behind those before it. */
  #pack(all: readonly OutgoingSeries[], place: number): void {
    const series = all[place]!;
    this.#fillWindow(all, place);
    const window = this.#window;
    const end = this.#write(series, place);
    const start = this.#starts[place % reach]!;
    const oldest = place < reach ? 0 : this.#starts[(place + 1) % reach]!;
    let literal = start;
    let lowest = start;
    for (let pos = start; pos + 4 <= end; ) {
      const slot = this.#slot(pos);
      let candidate = this.#seen[slot]! - 1;
      const most = Math.min(this.#seenEnd[slot]! - candidate, end - pos);
      const first = this.#seenStart[slot]!;
      this.#see(pos, start, end);
      let length = 0;
      if (candidate >= oldest && candidate < pos)
        while (length < most && window[candidate + length] === window[pos + length]) length++;
      if (length < 4) {
        pos++;
        continue;
      }
      const after = pos + length;
      while (pos > literal && candidate > first && window[candidate - 1] === window[pos - 1]) {
        pos--;
        candidate--;
      }
      lowest = Math.min(lowest, candidate);
      this.#length = putSnappyLiteral(window, { from: literal, to: pos }, this.#out, this.#length);
      this.#length = putSnappyCopy(pos - candidate, after - pos, this.#out, this.#length);
      for (let inside = pos + 4; inside < after && inside + 4 <= end; inside += 4) this.#see(inside, start, end);
      pos = after;
      literal = after;
    }
    this.#length = putSnappyLiteral(window, { from: literal, to: end }, this.#out, this.#length);
    let back = 0;
    while (this.#starts[(place - back) % reach]! > lowest) back++;
    this.#packedReach = back;
  }

  /** Puts what stands before a place behind what is in the window; begins it anew where that is too much. */
  #fillWindow(all: readonly OutgoingSeries[], place: number): void {
    let from = this.#windowLast + 1;
    let isFar = this.#windowLast === nothing || place - from >= reach;
    if (!isFar) {
      let end = this.#windowLength;
      for (let i = from; i <= place; i++) end += all[i]!.size;
      isFar = end > windowBytes;
    }
    if (isFar) from = this.#beginWindow(all, place);
    for (let i = from; i < place; i++) {
      const end = this.#write(all[i]!, i);
      const start = this.#starts[i % reach]!;
      for (let pos = start; pos + 4 <= end; pos += 4) this.#see(pos, start, end);
    }
  }

  /** Empties it; gives the first of those series before a place that fit into its first half. */
  #beginWindow(all: readonly OutgoingSeries[], place: number): number {
    this.#seen.fill(0);
    this.#windowLength = 0;
    // What is not in the window begins before it.
    this.#starts.fill(0);
    let from = place;
    for (let bytes = 0; from > 0 && place - from < reach - 1; from--) {
      bytes += all[from - 1]!.size;
      if (bytes > windowBytes / 2) break;
    }
    return from;
  }

  #slot(pos: number): number {
    return Math.imul(this.#windowView.getInt32(pos, true), 0x1e35a7bd) >>> (32 - tableBits);
  }

  #see(pos: number, start: number, end: number): void {
    const slot = this.#slot(pos);
    this.#seen[slot] = pos + 1;
    this.#seenStart[slot] = start;
    this.#seenEnd[slot] = end;
  }

  /** Puts a series at the end of the window; gives where the bytes that never change end. */
  #write(series: OutgoingSeries, place: number): number {
    const window = this.#window;
    const labels = series.labels!;
    this.#starts[place % reach] = this.#windowLength;
    this.#windowLast = place;
    let at = this.#windowLength;
    window[at++] = 0x0a;
    at = writeVarint(window, at, labels.length + sampleHead.length + sampleBytes);
    window.set(labels, at);
    at += labels.length;
    for (const byte of sampleHead) window[at++] = byte;
    this.#windowLength = at + sampleBytes;
    return at;
  }

  #room(size: number): void {
    if (this.#length + size <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(this.#out.length * 2, this.#length + size));
    larger.set(this.#out.subarray(0, this.#length));
    this.#out = larger;
    this.#view = new DataView(larger.buffer);
  }
}
/** Bytes of a series with one sample, tag and length included. */
function sizeOf(series: OutgoingSeries): number {
  series.labels ??= labelMessages(series.symbols);
  const size = series.labels.length + sampleHead.length + sampleBytes;
  return 1 + varintSize(size) + size;
}
