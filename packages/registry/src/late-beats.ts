import type { AgentRecord } from './agent-record.ts';

/** Counts how often it was late lately: three times within twenty intervals, and one beat alone no longer clears it. */
export function noteLate(record: AgentRecord, now: number, intervalMs: number): void {
  if (now - record.lateSince > 20 * intervalMs) {
    record.lateSince = now;
    record.late = 0;
  }
  record.late++;
  record.onTime = 0;
}
