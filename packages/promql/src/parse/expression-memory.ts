/**
 * Remembers the expressions that were parsed last: a dashboard asks the same ones again and again, and parsing takes as long
 * as finding the series of a few. Bounded by number and by length; what is wrong is not remembered.
 */
import { type ParseResult, parseExpression } from './parse-expression.ts';

const mostExpressions = 200;
/** In characters. */
const longest = 2_000;

export class ExpressionMemory {
  readonly #known = new Map<string, ParseResult>();

  /** As `parseExpression`; an expression is the same object each time. */
  parse(text: string): ParseResult {
    const known = this.#known.get(text);
    if (known !== undefined) {
      this.#known.delete(text);
      this.#known.set(text, known);
      return known;
    }
    const parsed = parseExpression(text);
    if (!parsed.ok || text.length > longest) return parsed;
    this.#known.set(text, parsed);
    if (this.#known.size > mostExpressions) this.#known.delete(this.#known.keys().next().value!);
    return parsed;
  }
}
