import { isPlainId, type ProcessRecord } from './process-records.ts';
import type { ProcessInfo, ProcessTable } from './process-system.ts';

/**
 * Which processes of an earlier JAEGIS are still ours. Two sources: the records it kept, and the marker every process
 * of ours carries in its environment. A recorded process is ours only when the boot, the pid and the start time are
 * the same, and the marker too where it can be read; anything else is a stranger that got the number, and is left
 * alone. A marked process that no record names was started in the moment before the end. A marked process whose leader
 * is gone is a leftover.
 *
 * Where no environment can be read (no /proc), records are all there is: they are then written at every change, and a
 * child's own children that left its group cannot be found.
 */
export interface Adoption {
  readonly adopt: readonly { readonly record: ProcessRecord; readonly isOutdated: boolean }[];
  /** Ours by their marker, but without a leader. */
  readonly leftovers: readonly ProcessInfo[];
  /** Records that name nobody any more. */
  readonly stale: number;
}

export function planAdoption(
  records: readonly ProcessRecord[],
  table: ProcessTable,
  ours: { readonly owner: string; readonly pool: string; readonly configHash: string; readonly now: number },
): Adoption {
  const adopt = new Map<string, ProcessRecord>();
  for (const record of records) {
    const info = table.read(record.pid);
    if (info !== undefined && isSameProcess(record, info, table) && carriesMarker(record, table, ours.owner))
      adopt.set(record.instanceId, record);
  }
  const marked = markedProcesses(
    table,
    (env) => env['JAEGIS_OWNER'] === ours.owner && env['JAEGIS_POOL'] === ours.pool,
  );
  marked.sort((a, b) => a.info.startTicks - b.info.startTicks);
  for (const { info, env } of marked) {
    const instanceId = env['JAEGIS_INSTANCE_ID'] ?? '';
    if (info.groupId !== info.pid || adopt.has(instanceId) || !isPlainId(instanceId)) continue;
    adopt.set(instanceId, {
      instanceId,
      pid: info.pid,
      startTicks: info.startTicks,
      bootId: table.bootId,
      configHash: env['JAEGIS_CONFIG_HASH'] ?? '',
      startedAt: ours.now,
      readyAt: null,
      restarts: 0,
      isDraining: false,
    });
  }
  return {
    adopt: [...adopt.values()].map((record) => ({ record, isOutdated: record.configHash !== ours.configHash })),
    leftovers: marked.filter(({ env }) => !adopt.has(env['JAEGIS_INSTANCE_ID'] ?? '')).map(({ info }) => info),
    stale: records.filter((record) => adopt.get(record.instanceId)?.pid !== record.pid).length,
  };
}

function isSameProcess(record: ProcessRecord, info: ProcessInfo, table: ProcessTable): boolean {
  return record.bootId === table.bootId && record.startTicks === info.startTicks && !info.isZombie;
}

function carriesMarker(record: ProcessRecord, table: ProcessTable, owner: string): boolean {
  const env = table.environment(record.pid);
  if (env === undefined) return true;
  return env['JAEGIS_OWNER'] === owner && env['JAEGIS_INSTANCE_ID'] === record.instanceId;
}

/** Every living process whose environment satisfies `isOurs`, this one never. Reads the whole process table. */
export function markedProcesses(
  table: ProcessTable,
  isOurs: (env: Readonly<Record<string, string>>) => boolean,
): { info: ProcessInfo; env: Readonly<Record<string, string>> }[] {
  if (!table.knowsEnvironment) return [];
  const found: { info: ProcessInfo; env: Readonly<Record<string, string>> }[] = [];
  for (const info of table.list()) {
    if (info.isZombie || info.pid === process.pid) continue;
    const env = table.environment(info.pid);
    if (env !== undefined && isOurs(env)) found.push({ info, env });
  }
  return found;
}
