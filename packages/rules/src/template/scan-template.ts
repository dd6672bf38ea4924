/** Cuts a template into texts and actions, and honours `{{-`, `-}}` and comments, as Go's lexer does. */
import { TemplateError } from './ast.ts';

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly code: string };

export function scanTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = source.indexOf('{{', at);
    let text = source.slice(at, open < 0 ? source.length : open);
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, '');
    if (open < 0) {
      if (text !== '') pieces.push({ kind: 'text', text });
      return pieces;
    }
    let start = open + 2;
    if (/^-[ \t\r\n]/.test(source.slice(start, start + 2))) {
      text = text.replace(/[ \t\r\n]+$/, '');
      start += 1;
    }
    if (text !== '') pieces.push({ kind: 'text', text });
    const close = endOfAction(source, start);
    trimNext = close > start && /[ \t\r\n]-$/.test(source.slice(start, close));
    const code = source.slice(start, trimNext ? close - 1 : close).trim();
    if (code.startsWith('/*')) {
      if (!code.endsWith('*/')) throw new TemplateError('unclosed comment');
    } else pieces.push({ kind: 'action', code });
    at = close + 2;
  }
}

/** Where the `}}` of the action begins; quotes and comments may hold any. */
function endOfAction(source: string, start: number): number {
  if (/^[ \t\r\n]*\/\*/.test(source.slice(start, start + 20))) {
    const end = source.indexOf('*/', start);
    const close = end < 0 ? -1 : source.indexOf('}}', end);
    if (close < 0) throw new TemplateError('unclosed comment');
    return close;
  }
  for (let i = start; i < source.length; i++) {
    const c = source[i]!;
    if (c === '}' && source[i + 1] === '}') return i;
    if (c === '"' || c === "'" || c === '`') i = endOfQuote(source, i);
  }
  throw new TemplateError('unclosed action');
}

/** The index of the quote that ends what begins at `start`. */
export function endOfQuote(source: string, start: number): number {
  const quote = source[start]!;
  for (let i = start + 1; i < source.length; i++) {
    const c = source[i]!;
    if (c === '\\' && quote !== '`') i++;
    else if (c === '\n' && quote !== '`') break;
    else if (c === quote) return i;
  }
  throw new TemplateError(quote === '`' ? 'unterminated raw quoted string' : 'unterminated quoted string');
}
