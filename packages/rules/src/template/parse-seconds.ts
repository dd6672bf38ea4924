import { parsePrometheusDuration } from '../prometheus-duration.ts';
import { TemplateError } from './ast.ts';

/** `parseDuration "1h"`: seconds. */
export function secondsOf(text: string): number {
  const ms = parsePrometheusDuration(text);
  if (ms === undefined)
    throw new TemplateError(`error calling parseDuration: not a valid duration string: ${JSON.stringify(text)}`);
  return ms / 1_000;
}
