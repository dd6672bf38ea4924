export { ExemplarStore } from './exemplars/exemplar-store.ts';
export { DiskFullError, type Faults, type MemoryDirectory, memoryDirectory } from './memory-directory.ts';
export { MetadataBook } from './metadata/metadata-book.ts';
export {
  type AppendResult,
  MetricsStore,
  type MetricsStoreOptions,
  type ResolveRefusal,
  type StoreStats,
} from './metrics-store.ts';
export { InvalidMatcherError } from './select/match-series.ts';
export { SelectLimitError, type SelectLimits, type SeriesData } from './select/select-samples.ts';
export type { AppendFile, StorageDirectory } from './storage-directory.ts';
export { crc32c } from './wal/crc32c.ts';
