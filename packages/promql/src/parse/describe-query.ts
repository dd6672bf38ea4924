import { expressionJson } from './expression-json.ts';
import { parseExpression } from './parse-expression.ts';
import { printExpression } from './print-expression.ts';

export type QueryDescription =
  | { readonly ok: true; readonly text: string; readonly json: Record<string, unknown> }
  | { readonly ok: false; readonly error: string };

/** An expression in its canonical layout and as a tree, for `format_query` and `parse_query`. */
export function describeQuery(expr: string): QueryDescription {
  const parsed = parseExpression(expr);
  if (!parsed.ok) return parsed;
  return { ok: true, text: printExpression(parsed.expression), json: expressionJson(parsed.expression) };
}
