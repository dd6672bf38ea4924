export { Spool } from './spool/spool.ts';
export {
  RemoteWriter,
  type RemoteWriterOptions,
  type RemoteWriterStats,
  type RemoteWriterTools,
} from './write/remote-writer.ts';
