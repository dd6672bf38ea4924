/** A minimum that holds at certain hours of certain days, in a time zone of its own. */
export interface Schedule {
  /** Days on which it begins: 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight. An end at or before the start is on the next day. */
  readonly startMinute: number;
  readonly endMinute: number;
  readonly timezone: string;
  readonly min: number;
  /** As written, for messages. */
  readonly text: string;
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const written = /^(?:([A-Za-z]{3}(?:[-,][A-Za-z]{3})*)\s+)?([01]?\d|2[0-4]):([0-5]\d)$/;

/** Parses `{ from: "Mon-Fri 08:30", to: "18:00", timezone, min }`; a string says what is wrong with it. */
export function parseSchedule(config: { from: string; to: string; timezone: string; min: number }): Schedule | string {
  const from = written.exec(config.from.trim());
  const to = written.exec(config.to.trim());
  if (from === null) return `Cannot use schedule: from is "${config.from}", must be like "Mon-Fri 08:30"`;
  if (to === null) return `Cannot use schedule: to is "${config.to}", must be like "18:00"`;
  const days = parseDays(from[1] ?? 'Sun-Sat');
  if (days === undefined) return `Cannot use schedule: days are "${from[1]}", must be like "Mon-Fri" or "Sat,Sun"`;
  if (formatterFor(config.timezone) === undefined)
    return `Cannot use schedule: timezone is "${config.timezone}", must be an IANA name like Europe/Berlin`;
  return {
    days,
    startMinute: Number(from[2]) * 60 + Number(from[3]),
    endMinute: Number(to[2]) * 60 + Number(to[3]),
    timezone: config.timezone,
    min: config.min,
    text: `${config.from} to ${config.to} ${config.timezone}`,
  };
}

function parseDays(text: string): number[] | undefined {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const ends = part.split('-').map((name) => dayNames.indexOf(name));
    const [first, last = first] = ends;
    if (ends.length > 2 || first === undefined || last === undefined || first < 0 || last < 0) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].sort();
}

// Making a formatter costs far more than a decision, and the same zone always gives the same one.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timezone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    if (formatters.size < 600) formatters.set(timezone, made);
    return made;
  } catch {
    return undefined;
  }
}

/** The schedule with the highest minimum that holds at `now`, if any. */
export function activeSchedule(schedules: readonly Schedule[], now: number): Schedule | undefined {
  let best: Schedule | undefined;
  for (const schedule of schedules) {
    if (isActive(schedule, now) && schedule.min > (best?.min ?? -1)) best = schedule;
  }
  return best;
}

function isActive(schedule: Schedule, now: number): boolean {
  const formatter = formatterFor(schedule.timezone);
  if (formatter === undefined) return false;
  let day = 0;
  let minute = 0;
  for (const part of formatter.formatToParts(now)) {
    if (part.type === 'weekday') day = dayNames.indexOf(part.value.toLowerCase());
    else if (part.type === 'hour') minute += Number(part.value) * 60;
    else if (part.type === 'minute') minute += Number(part.value);
  }
  const { days, startMinute, endMinute } = schedule;
  if (endMinute > startMinute) return days.includes(day) && minute >= startMinute && minute < endMinute;
  const yesterday = (day + 6) % 7;
  return (days.includes(day) && minute >= startMinute) || (days.includes(yesterday) && minute < endMinute);
}
