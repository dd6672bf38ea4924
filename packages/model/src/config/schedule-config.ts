// A minimum that holds at certain hours of certain days, in a time zone of its own: `{ from: "Mon-Fri 08:30", to: "18:00" }`.
import { z } from 'zod';

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

/** What is wrong with a schedule: which of its fields, and what it is and must be. */
export interface WrongSchedule {
  readonly field: 'from' | 'to' | 'timezone';
  readonly message: string;
}

export const dayNames: readonly string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const written = /^(?:([A-Za-z]{3}(?:[-,][A-Za-z]{3})*)\s+)?([01]?\d|2[0-3]|24(?=:00)):([0-5]\d)$/;

const fields = z.strictObject({
  from: z.string().meta({ description: 'When it starts: `Mon-Fri 08:30`; every day when no day is named.' }),
  to: z.string().meta({ description: 'When it ends: `18:00`; at or before the start, on the next day.' }),
  timezone: z
    .string()
    .default('UTC')
    .meta({ description: 'IANA name, such as Europe/Berlin; follows daylight saving.' }),
  min: z.number().int().min(0).meta({ description: 'Fewest replicas in that time.' }),
});

export const scheduleSchema = fields.superRefine((value, context) => {
  const parsed = parseSchedule(value);
  if ('field' in parsed) context.addIssue({ code: 'custom', path: [parsed.field], message: parsed.message });
});

/** A schedule as it is written, in minutes of the day and days of the week; or the field that is wrong, and what it must be. */
export function parseSchedule(config: z.output<typeof fields>): Schedule | WrongSchedule {
  const from = written.exec(config.from.trim());
  const to = written.exec(config.to.trim());
  const days = parseDays(from?.[1] ?? 'Sun-Sat');
  if (from === null || days === undefined)
    return { field: 'from', message: `is "${config.from}", must be like "Mon-Fri 08:30" or "Sat,Sun 22:00"` };
  if (to === null || to[1] !== undefined)
    return { field: 'to', message: `is "${config.to}", must be an hour of the day like "18:00"` };
  if (!isTimezone(config.timezone))
    return { field: 'timezone', message: `is "${config.timezone}", must be an IANA name like Europe/Berlin` };
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

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
