import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

// WCAG 2.2, 1.4.3: text needs 4.5 to 1 (AA). Read from the sheet itself, so that a new colour cannot slip by.
const sheet = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8');

function colorsOf(theme: 'dark' | 'light'): Map<string, string> {
  const block = sheet.split(`:root[data-theme="${theme}"]`)[1]!.split('}')[0]!;
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

describe.each(['dark', 'light'] as const)('the %s theme', (theme) => {
  const colors = colorsOf(theme);
  const pairs = [
    ...['faint', 'muted', 'text', 'strong', 'accent', 'ok', 'warn', 'bad', 'off'].flatMap((text) =>
      ['bg', 'surface', 'hover'].map((ground) => [text, ground] as const),
    ),
    ['on-accent', 'accent'],
    ['bg', 'bad'],
    ['bad', 'bad-quiet'],
    ['warn', 'warn-quiet'],
    ['text', 'bad-quiet'],
    ['muted', 'bad-quiet'],
    ['strong', 'raised'],
    ['strong', 'accent-quiet'],
  ] as const;
  test.each(pairs)('%s on %s is readable', (text, ground) => {
    expect(contrast(colors.get(text)!, colors.get(ground)!)).toBeGreaterThanOrEqual(4.5);
  });
  test.each(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7'])('the line %s stands out from the ground', (line) => {
    expect(contrast(colors.get(line)!, colors.get('bg')!)).toBeGreaterThanOrEqual(3);
  });
});
