export { blockThread, writeBlocksInThread } from './files/block-thread.ts';
export { openDirectory } from './files/open-directory.ts';
export { openFilesToRead } from './files/open-files-to-read.ts';
export { replayInThread, replayThreads } from './files/replay-threads.ts';
export { zlibCompression } from './files/zlib-compression.ts';
export { copyMetadata } from './metadata/copy-metadata.ts';
export { memoryMetadata } from './metadata/memory-metadata.ts';
export type {
  AlertQuery,
  AnomalyQuery,
  DecisionQuery,
  IncidentQuery,
  MetadataStore,
  PageQuery,
  PruneBefore,
  TimeRange,
} from './metadata/metadata-store.ts';
export { type OpenMetadataOptions, openMetadata } from './metadata/open-metadata.ts';
export { type PatientMetadata, patientMetadata } from './metadata/patient-metadata.ts';
export {
  type LogQuery,
  openTelemetryLog,
  type SpanQuery,
  type TelemetryLog,
  type TelemetryLogOptions,
  type TelemetryLogStats,
} from './telemetry-log/telemetry-log.ts';
