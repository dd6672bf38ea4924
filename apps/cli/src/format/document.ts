import type { Cell, Layout } from './table.ts';
import { safeText, textWidth, wrapText } from './text-width.ts';

/** A heading: the name, then what is said of it, on a second line when one would be too long. */
export function titled(name: string, facts: readonly (string | Cell)[], layout: Layout): string {
  const clean = facts.map((fact): Cell => (typeof fact === 'string' ? { text: safeText(fact) } : fact));
  const width = textWidth(safeText(name)) + clean.reduce((sum, fact) => sum + 2 + textWidth(fact.text), 0);
  const said = clean.map((fact) => layout.paint(fact.text, fact.tone ?? 'plain')).join('  ');
  return `${layout.paint(safeText(name), 'strong')}${width > layout.width ? '\n' : '  '}${said}`;
}

/** Prose that fits the terminal. A list item's later lines are indented. */
export function sentence(text: string, layout: Layout): string {
  const clean = safeText(text);
  const indent = clean.startsWith('- ') ? '  ' : '';
  const [first = '', ...rest] = wrapText(clean, layout.width - indent.length);
  return [first, ...rest.map((line) => indent + line)].join('\n');
}

/** Names on the left, values on the right, wrapped under themselves. Ends with a line break. */
export function section(pairs: readonly (readonly [string, string])[], layout: Layout): string {
  const left = pairs.reduce((most, [name]) => Math.max(most, textWidth(name)), 0) + 2;
  const lines = pairs.flatMap(([name, value]) =>
    wrapText(safeText(value), Math.max(20, layout.width - left)).map((line, index) =>
      index === 0 ? layout.paint(name, 'dim') + ' '.repeat(left - textWidth(name)) + line : ' '.repeat(left) + line,
    ),
  );
  return `${lines.join('\n')}\n`;
}
