export { PageMetadata } from './exposition/page-metadata.ts';
export {
  type ExpositionOptions,
  type ExpositionRead,
  type LineExemplar,
  parseExposition,
  parseSeries,
  type SeriesParsed,
} from './exposition/parse-exposition.ts';
export { GrowingBatch } from './metrics/growing-batch.ts';
export { type MetricsDecoded, MetricsDecoder, type MetricsDecoderOptions } from './metrics/metrics-decoder.ts';
export type { ResolveSeries } from './metrics/series-book.ts';
export { jsonToWire } from './otlp/json-to-wire.ts';
export { decodeLogs } from './otlp/logs.ts';
export type { OtlpNaming } from './otlp/metric-name.ts';
export type { RecordGroup, RecordsDecoded } from './otlp/records.ts';
export {
  encodeExportResponse,
  encodeStatus,
  grpcCode,
  type OtlpEncoding,
  type OtlpSignal,
  type PartialSuccess,
  type RpcStatus,
} from './otlp/response.ts';
export { decodeTraces } from './otlp/traces.ts';
export { metadataNumber } from './remote-write/metadata.ts';
export {
  type RemoteWriteDecoded,
  RemoteWriteDecoder,
  type RemoteWriteVersion,
} from './remote-write/remote-write-decoder.ts';
export { SnappyReader, type Unpacked } from './wire/snappy.ts';
export { packSnappy, putSnappyCopy, putSnappyLiteral } from './wire/snappy-writer.ts';
export { WireWriter } from './wire/wire-writer.ts';
