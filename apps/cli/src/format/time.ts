import { formatDuration } from '@jaegis/std';

/** `12s ago`, `now` within a second, `–` for never. */
export function ago(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined || at === 0) return '–';
  const ms = now - at;
  return ms < 1_000 ? 'now' : `${formatDuration(ms)} ago`;
}

/** `14:03:07` today, `11-23 14:03:07` on another day; local time of whoever reads. */
export function clockTime(at: number | null, now: number): string {
  if (at === null) return '–';
  const date = new Date(at);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const isToday = new Date(now).toDateString() === date.toDateString();
  return isToday ? time : `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
