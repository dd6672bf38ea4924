import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runScalingScript } from './run-script.ts';

// The stories in testdata/*.scaling. `UPDATE=1` rewrites each `expect desired ...` line as it came out; comparisons
// (`expect max desired <= 15`) are promises and are never rewritten.
const folder = fileURLToPath(new URL('../../testdata/', import.meta.url));

describe('scaling scripts', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.scaling'))) {
    test(name, () => {
      const text = readFileSync(folder + name, 'utf8');
      let result = runScalingScript(text);
      if (process.env['UPDATE'] !== undefined && result.updated !== text) {
        writeFileSync(folder + name, result.updated);
        result = runScalingScript(result.updated);
      }
      expect(result.failures.map((f) => `${name}:${f.line}: ${f.message}`)).toEqual([]);
    });
  }
});
