import type { Alert } from './alert.ts';
import type { Incident } from './incident.ts';

export type NotificationKind = 'opened' | 'escalated' | 'resolved';

/** What people are told of an incident: once when it opens, once for each rise in severity, once when it is over. */
export interface Notification {
  /** One for each thing told; a receiver that sees it twice has seen a retry. */
  readonly id: string;
  readonly kind: NotificationKind;
  readonly at: number;
  readonly incident: Incident;
  /** Its alerts as they are now, worst first; at most 100. */
  readonly alerts: readonly Alert[];
  /** Why this is told. */
  readonly reason: string;
}
