import { dayNames, type Schedule } from '@jaegis/model';

// Making a formatter costs far more than a decision, and the same zone always gives the same one.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  if (formatters.size < 600) formatters.set(timezone, made);
  return made;
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
