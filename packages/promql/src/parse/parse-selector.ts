import { unwrap, type VectorSelector } from './ast.ts';
import { parseExpression } from './parse-expression.ts';

export type SelectorResult =
  | { readonly ok: true; readonly selector: VectorSelector }
  | { readonly ok: false; readonly error: string };

/** Parses a series selector, as `match[]` takes it: no range, no offset, no `@`. The error is in Prometheus' form. */
export function parseSelector(text: string): SelectorResult {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed;
  const selector = unwrap(parsed.expression);
  if (
    selector.kind === 'vector-selector' &&
    selector === parsed.expression &&
    selector.offset === 0 &&
    selector.at === undefined &&
    selector.extension === undefined
  ) {
    return { ok: true, selector };
  }
  return {
    ok: false,
    error: `1:1: parse error: expected a series selector such as up{job="x"}, got ${JSON.stringify(text.slice(0, 100))}`,
  };
}
