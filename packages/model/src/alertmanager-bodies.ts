/** What Alertmanager's API v2 is sent, checked: a wrong body is a sentence, the right one is plain data. */
import { z } from 'zod';
import { issueWords } from './config/issue-words.ts';
import type { Labels } from './labels.ts';

/** As many as one request may post. */
const maxAlerts = 10_000;
const maxText = 10_000;

const time = z.string().transform((text, context) => {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: `is ${JSON.stringify(text.slice(0, 60))}, must be RFC 3339` });
  return z.NEVER;
});
const words = z.string().max(maxText);
const labels = z.record(words, words);

/** Go writes a time that was not given as the year 1. */
const optionalTime = time.optional().transform((ms) => (ms === undefined || ms < 0 ? undefined : ms));

const alertsSchema = z
  .array(
    z.object({
      labels,
      annotations: labels.nullish(),
      startsAt: optionalTime,
      endsAt: optionalTime,
      generatorURL: z.string().optional(),
    }),
  )
  .max(maxAlerts);

const silenceSchema = z.object({
  id: z.string().max(100).nullish(),
  matchers: z
    .array(z.object({ name: words, value: words, isRegex: z.boolean(), isEqual: z.boolean().default(true) }))
    .max(100),
  startsAt: time,
  endsAt: time,
  createdBy: words,
  comment: words,
});

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

interface PostableAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
}

/** The body of POST /api/v2/alerts, or the first wrong field in words. Times become epoch milliseconds. */
export function readPostedAlerts(body: unknown): Read<PostableAlert[]> {
  const read = readAs('alerts', alertsSchema, body);
  if (!read.ok) return read;
  const value = read.value.map((alert) => ({
    // A label with an empty value is the same as none.
    labels: Object.fromEntries(Object.entries(alert.labels).filter(([, text]) => text !== '')),
    annotations: alert.annotations ?? {},
    startsAt: alert.startsAt,
    endsAt: alert.endsAt,
  }));
  if (value.some((alert) => Object.keys(alert.labels).length === 0))
    return { ok: false, error: 'Cannot read alerts: one has no labels, must have at least one' };
  if (value.some(({ startsAt, endsAt }) => startsAt !== undefined && endsAt !== undefined && endsAt < startsAt))
    return { ok: false, error: 'Cannot read alerts: one ends before it starts, must end after it' };
  return { ok: true, value };
}

interface PostableSilence extends Omit<z.output<typeof silenceSchema>, 'id'> {
  /** Left out where it is a new one. */
  readonly id?: string;
}

/** The body of POST /api/v2/silences, or the first wrong field in words. An empty id is a new silence. */
export function readPostedSilence(body: unknown): Read<PostableSilence> {
  const read = readAs('silence', silenceSchema, body);
  if (!read.ok) return read;
  const { id, ...silence } = read.value;
  return { ok: true, value: { ...silence, ...(id === null || id === undefined || id === '' ? {} : { id }) } };
}

function readAs<T>(what: string, schema: z.ZodType<T>, body: unknown): Read<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0]!;
  const field = issue.path.length === 0 ? 'body ' : 'body.';
  return { ok: false, error: `Cannot read ${what}: ${field}${issueWords(issue, body)}` };
}
