export type { ConnectivityCounts } from './agent-table.ts';
export type { Progress } from './progress.ts';
export { Registry } from './registry.ts';
export type { Assessment, HeartbeatResult, RegistryOptions } from './registry-options.ts';
export { spokenDuration } from './spoken-duration.ts';
