export {
  PrometheusStore,
  type PrometheusStoreStats,
  type StoreAnswer,
  type StoreQuestion,
} from './query/prometheus-store.ts';
export { Spool } from './spool/spool.ts';
export { HttpPoster } from './write/http-poster.ts';
export type { MetadataOf } from './write/metric-families.ts';
export {
  RemoteWriter,
  type RemoteWriterOptions,
  type RemoteWriterStats,
  type RemoteWriterTools,
} from './write/remote-writer.ts';
