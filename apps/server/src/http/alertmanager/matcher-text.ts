import type { SilenceMatcher } from '@jaegis/alerting';
import { compileLinearRegex } from '@jaegis/std';

const form = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"=!~{},]+))\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s].*?)?)\s*$/s;

/** Reads `name="value"` as Alertmanager's filters have it: any of the four operators, quotes optional. */
export function parseMatcher(text: string): SilenceMatcher | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, quotedName, bareName, op, quoted, bare] = match;
  const name = quotedName === undefined ? bareName! : unescapeText(quotedName);
  const value = quoted === undefined ? (bare ?? '') : unescapeText(quoted);
  const isRegex = op === '=~' || op === '!~';
  if (isRegex && !compileLinearRegex(value).ok) return undefined;
  return { name, value, isRegex, isEqual: op === '=' || op === '=~' };
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char));
}
