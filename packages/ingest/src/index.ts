export { type GrpcServer, type GrpcServerOptions, startGrpcServer } from './grpc-server.ts';
export {
  type HostSample,
  HostSampler,
  type HostSamplerOptions,
  type HostUsage,
  type ProcessUsage,
} from './host-sampler.ts';
export { type CounterLine, IngestCounters, type IngestSnapshot } from './ingest-counters.ts';
export {
  type HttpAnswer,
  type OtlpHttpRequest,
  OtlpReceiver,
  type OtlpReceiverOptions,
  type ReceiveOutcome,
} from './otlp-receiver.ts';
export { type HeartbeatParsed, parseHeartbeat } from './parse-heartbeat.ts';
export type { ProcReader } from './proc-files.ts';
export {
  RemoteWriteReceiver,
  type RemoteWriteReceiverOptions,
  type RemoteWriteRequest,
} from './remote-write-receiver.ts';
export { type ScrapeStatus, ScrapeTarget, type ScrapeTools } from './scrape-target.ts';
export { Scraper } from './scraper.ts';
export { SenderLimiter, type SenderLimiterOptions } from './sender-limiter.ts';
export type { SampleSink, TelemetrySinks } from './sinks.ts';
export { WorkTurns } from './work-turns.ts';
