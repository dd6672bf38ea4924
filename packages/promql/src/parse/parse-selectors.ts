import type { Matcher } from '@jaegis/model';
import { parseExpression } from './parse-expression.ts';

export type SelectorsResult =
  | { readonly ok: true; readonly selectors: readonly (readonly Matcher[])[] }
  | { readonly ok: false; readonly error: string };

/** The matchers of every selector in an expression, as `query_exemplars` asks for. The error is in Prometheus' form. */
export function parseSelectors(text: string): SelectorsResult {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed;
  const selectors: (readonly Matcher[])[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('kind' in node && node.kind === 'vector-selector' && 'matchers' in node)
      selectors.push(node.matchers as readonly Matcher[]);
    else for (const part of Object.values(node)) visit(part);
  };
  visit(parsed.expression);
  return { ok: true, selectors };
}
