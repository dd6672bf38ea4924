export {
  type BackupResult,
  backUp,
  backUpStopped,
  type Progress,
  type RestoreResult,
  restore,
} from './backup/backup.ts';
export { snapshotsFolder } from './backup/take-snapshot.ts';
export { loadConfigFile } from './config-file.ts';
export { DataFolderInUse } from './data-lock.ts';
export { effectiveConfig } from './effective-config.ts';
export { queryDataDir } from './query/query-data-dir.ts';
export { loadRuleFiles } from './rule-files.ts';
export { runRuleTests } from './rule-tests.ts';
export { type RunningServer, type StartOptions, startServer } from './start-server.ts';
