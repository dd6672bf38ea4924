/** An expression that cannot be evaluated, in Prometheus' form: `1:5: parse error: ...`. Thrown inside the parser only. */
export class ParseError extends Error {
  override readonly name = 'ParseError';

  constructor(text: string, position: number, message: string) {
    super(`${lineAndColumn(text, position)}: parse error: ${message}`);
  }
}

/** Both counted from 1, columns in bytes of UTF-8, as Prometheus does. */
export function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = new TextEncoder().encode(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
  return `${line}:${column}`;
}
