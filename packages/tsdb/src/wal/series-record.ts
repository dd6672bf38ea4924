/**
 * Payload of a series record: to the end of the record, for each series
 *   ref (varint), number of labels (varint), then name and value of each (length as varint, UTF-8).
 * It comes before the first sample of the series. A series record for a row that is in use replaces what was there.
 */
import type { Labels, SeriesRef } from '@jaegis/model';
import type { ByteReader } from '../byte-stream.ts';
import { maxPayloadBytes, type RecordWriter } from './record-writer.ts';

export function writeSeries(
  out: RecordWriter,
  refs: readonly SeriesRef[],
  labelsOf: (ref: SeriesRef) => Labels | undefined,
): void {
  let isOpen = false;
  for (const ref of refs) {
    const labels = labelsOf(ref);
    if (labels === undefined) continue;
    if (!isOpen) out.begin('series');
    isOpen = true;
    out.varint(ref);
    const names = Object.keys(labels);
    out.varint(names.length);
    for (const name of names) {
      out.text(name);
      out.text(labels[name]!);
    }
    if (out.payloadBytes < maxPayloadBytes) continue;
    out.end();
    isOpen = false;
  }
  if (isOpen) out.end();
}

/** As `readSeries`, passing over the labels. */
export function readSeriesRefs(payload: ByteReader, visit: (ref: SeriesRef) => void): void {
  while (!payload.isDone) {
    const ref = payload.varint();
    for (let left = 2 * payload.varint(); left > 0; left--) payload.raw(payload.varint());
    visit(ref);
  }
}

export function readSeries(payload: ByteReader, visit: (ref: SeriesRef, labels: Labels) => void): void {
  while (!payload.isDone) {
    const ref = payload.varint();
    const labels: Record<string, string> = {};
    for (let left = payload.varint(); left > 0; left--) {
      const name = payload.text();
      labels[name] = payload.text();
    }
    visit(ref, labels);
  }
}
