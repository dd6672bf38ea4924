import type { Notification } from '@jaegis/model';

/** What became of one notification. */
export type Delivery =
  | { readonly state: 'delivered'; readonly attempts: number; readonly tookMs: number }
  /** Not for this receiver: it asked for other severities. */
  | { readonly state: 'skipped'; readonly reason: string }
  /** The queue was full. */
  | { readonly state: 'refused'; readonly reason: string }
  /** Given up; the reason names the last error. */
  | { readonly state: 'failed'; readonly reason: string; readonly attempts: number };

export interface ReceiverStats {
  readonly sent: number;
  readonly failed: number;
  readonly skipped: number;
  readonly refused: number;
  readonly retries: number;
  /** Waiting or under way. */
  readonly pending: number;
  /** The newest error, kept until the next delivery; empty when all is well. */
  readonly lastError: string;
  /** Epoch milliseconds; `null` before the first delivery. */
  readonly lastSentAt: number | null;
}

/** Where notifications go. */
export interface Receiver {
  readonly name: string;
  /** Settles when the notification was delivered or given up; never rejects. Notifications go out in the order given. */
  send(notification: Notification): Promise<Delivery>;
  readonly stats: ReceiverStats;
  /** Stops; what was not delivered yet fails with that reason. */
  close(): Promise<void>;
}
