import { useNow } from '../time/clock-store.ts';
import { ago, moment, span } from '../time/words.ts';

/** `12 s ago`, with the moment itself as its title. */
export function Ago({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at, now)}>
      {ago(at, now)}
    </time>
  );
}

/** How long something has been going on. */
export function Since({ at, until }: { at: number; until?: number | null }) {
  const now = useNow();
  return <time title={moment(at, now)}>{span((until ?? now) - at)}</time>;
}

/** `12:04:10`, with the date on another day. */
export function At({ at }: { at: number }) {
  const now = useNow(60_000);
  return <time dateTime={new Date(at).toISOString()}>{moment(at, now)}</time>;
}
