/**
 * `match` and `reReplaceAll`. Matching is linear in the text (RE2's promise); replacing needs to know where groups
 * matched, which only JavaScript's own RegExp tells, so its text and pattern are kept short: they come from the
 * operator's own rule files, but the text may come from an agent's labels.
 */
import { compileLinearRegex } from '@jaegis/std';
import { TemplateError } from './ast.ts';

const maxReplacedText = 2_000;
const maxPattern = 500;

export function matchesAnywhere(pattern: string, text: string): boolean {
  const compiled = compileLinearRegex(`.*(?:${pattern}).*`);
  if (!compiled.ok) throw new TemplateError(compiled.error);
  return compiled.matches(text);
}

/** Go's Regexp.ReplaceAllString: `$1`, `${1}` and `${name}` stand for groups. */
export function replaceAll(pattern: string, to: string, text: string): string {
  if (pattern.length > maxPattern || text.length > maxReplacedText)
    throw new TemplateError(
      `error calling reReplaceAll: pattern or text has ${pattern.length} and ${text.length} characters, must be at most ${maxPattern} and ${maxReplacedText}`,
    );
  // Checks the syntax by RE2's rules first: what JavaScript alone would understand is refused.
  const known = compileLinearRegex(pattern);
  if (!known.ok) throw new TemplateError(known.error);
  const regex = toJavaScript(pattern);
  return text.replace(regex, (...found: unknown[]) => {
    const named = typeof found.at(-1) === 'object' ? (found.at(-1) as Record<string, string | undefined>) : {};
    return to.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
      if (whole === '$$') return '$';
      const name = bare ?? braced!;
      const group = /^\d+$/.test(name) ? groupsOf(found)[Number(name)] : named[name];
      return group ?? '';
    });
  });
}

function groupsOf(found: readonly unknown[]): (string | undefined)[] {
  const end = found.findIndex((each, i) => i > 0 && typeof each === 'number');
  return found.slice(0, end) as (string | undefined)[];
}

function toJavaScript(pattern: string): RegExp {
  const inline = /^\(\?([imsU]+)\)/.exec(pattern);
  const flags = [...(inline?.[1] ?? '')].filter((flag) => 'ims'.includes(flag)).join('');
  const body = pattern
    .slice(inline?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$');
  try {
    return new RegExp(body, `gu${flags}`);
  } catch {
    try {
      return new RegExp(body, `g${flags}`);
    } catch (cause) {
      throw new TemplateError(`error parsing regexp: ${(cause as Error).message}`, { cause });
    }
  }
}
