export type { Agent, AgentStats, Handler } from './agent.ts';
export { join } from './join.ts';
export type { JoinOptions } from './options.ts';
export type { Peer } from './peers.ts';
export type { HeadersLike } from './telemetry.ts';
export type { ModelCall, ModelUsage, RunOptions } from './work.ts';
