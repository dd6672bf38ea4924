import type { EncodedChunk } from '../chunk/chunk-codec.ts';

/** What samples are handed to without being decoded; arrays and bytes are only good during the call. */
export interface HeadSink {
  chunk(chunk: EncodedChunk, end: number): void;
  open(times: Float64Array, values: Float64Array, count: number): void;
}
