const day = 86_400_000;

const clockForm = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const clockSecondsForm = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dateForm = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `12:04`. */
export function clock(at: number): string {
  return clockForm.format(at);
}

/** `12:04:10`. */
export function clockSeconds(at: number): string {
  return clockSecondsForm.format(at);
}

/** `12:04:10` today, `21 Nov 12:04` on another day. */
export function moment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString()
    ? clockSeconds(at)
    : `${dateForm.format(at)} ${clock(at)}`;
}

/** `21 Nov`. */
export function dayOf(at: number): string {
  return dateForm.format(at);
}

/** How long something lasted or has lasted, one unit under ten minutes and two above: `12 s`, `4 m`, `1 h 12 m`, `3 d`. */
export function span(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (ms < day) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 || days > 6 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** `12 s ago`, `now` for the last second, `in 4 m` for what is to come. */
export function ago(at: number, now: number): string {
  const distance = now - at;
  if (distance < -1_000) return `in ${span(-distance)}`;
  return distance < 1_500 ? 'now' : `${span(distance)} ago`;
}
