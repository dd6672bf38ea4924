import { readFile } from 'node:fs/promises';
import { type JaegisConfig, parseConfig } from '@jaegis/model';
import { parse } from 'yaml';

export type ConfigFileResult =
  | { readonly ok: true; readonly config: JaegisConfig }
  | { readonly ok: false; readonly error: string };

/** A configuration is small; more than this is a mistake or an attack. */
const maxBytes = 4 * 1024 * 1024;

/** Reads and checks a `jaegis.yaml`. The error is one line that names the first wrong field. */
export async function loadConfigFile(path: string): Promise<ConfigFileResult> {
  let text: string;
  try {
    const bytes = await readFile(path);
    if (bytes.length > maxBytes) {
      return {
        ok: false,
        error: `Cannot read configuration ${path}: it is ${bytes.length} bytes, must be at most ${maxBytes}`,
      };
    }
    text = bytes.toString('utf8');
  } catch (error) {
    return {
      ok: false,
      error: `Cannot read configuration ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}, must be a readable file`,
    };
  }
  return parseConfigText(text);
}

/** The same for text that is already there. */
export function parseConfigText(text: string): ConfigFileResult {
  let input: unknown;
  try {
    // Few aliases, no custom tags: a hostile file must not grow in memory.
    input = parse(text, { maxAliasCount: 50, strict: true });
  } catch (error) {
    return {
      ok: false,
      error: `Cannot parse configuration: ${String((error as Error).message).split('\n')[0]}, must be YAML`,
    };
  }
  if (isCircular(input))
    return { ok: false, error: 'Cannot parse configuration: an alias refers to what holds it, must be plain values' };
  return parseConfig(input);
}

function isCircular(input: unknown): boolean {
  try {
    JSON.stringify(input);
    return false;
  } catch {
    return true;
  }
}
