import { formatDuration, parseDurationMs } from '@jaegis/std';
import { z } from 'zod';

/** A duration in the file (`30s`, `1h30m`), milliseconds in the program. `.meta` keeps the help text for the reference page. */
export function durationMs(help: string, options: { min?: number; max?: number } = {}) {
  const { min = 0, max = Number.POSITIVE_INFINITY } = options;
  return z
    .string({ error: (issue) => `is ${JSON.stringify(issue.input)}, must be a duration such as 30s or 5m` })
    .transform((text, context) => {
      const ms = parseDurationMs(text);
      if (ms === undefined)
        context.addIssue({ code: 'custom', message: `is "${text}", must be a duration such as 30s or 5m` });
      else if (ms < min || ms > max) {
        const wanted = ms < min ? `must be at least ${formatDuration(min)}` : `must be at most ${formatDuration(max)}`;
        context.addIssue({ code: 'custom', message: `is ${text}, ${wanted}` });
      }
      return ms ?? 0;
    })
    .meta({ description: help });
}
