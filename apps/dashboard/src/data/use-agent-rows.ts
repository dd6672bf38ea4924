import type { AgentSummary } from '@jaegis/model';
import { useSyncExternalStore } from 'react';
import { agentRows, agentSync, type SyncState } from './agent-rows.ts';

const watch = (listener: () => void) => agentSync.watch(listener);
const listen = (listener: () => void) => agentRows.listen(listener);

/** All agents, kept in step while the caller is mounted. `version` changes when any row did. */
export function useAgentRows(): { rows: readonly AgentSummary[]; version: number; sync: SyncState } {
  const sync = useSyncExternalStore(watch, () => agentSync.state);
  const version = useSyncExternalStore(listen, () => agentRows.version);
  return { rows: agentRows.rows, version, sync };
}
