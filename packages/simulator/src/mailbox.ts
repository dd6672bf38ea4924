/** Messages on their way, by the time they arrive. */
export interface Mailbox<T> {
  post(deliverAt: number, message: T, sentAt: number): void;
  /** Takes what has arrived by `now`, in order of arrival. */
  collect(now: number): { readonly message: T; readonly sentAt: number }[];
}

export function createMailbox<T>(): Mailbox<T> {
  let waiting: { deliverAt: number; message: T; sentAt: number }[] = [];
  return {
    post(deliverAt, message, sentAt) {
      waiting.push({ deliverAt, message, sentAt });
    },
    collect(now) {
      const arrived = waiting.filter((each) => each.deliverAt <= now);
      if (arrived.length === waiting.length) waiting = [];
      else waiting = waiting.filter((each) => each.deliverAt > now);
      return arrived.sort((a, b) => a.deliverAt - b.deliverAt);
    },
  };
}
