import { readFile } from 'node:fs/promises';
import { type JaegisConfig, parseConfig } from '@jaegis/model';
import { fileTrouble } from '@jaegis/std';
import { parsePlainYaml } from './plain-yaml.ts';

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
      error: `Cannot read configuration ${path}: ${fileTrouble(error)}, must be a readable file`,
    };
  }
  return parseConfigText(text);
}

/** The same for text that is already there. */
export function parseConfigText(text: string): ConfigFileResult {
  const input = parsePlainYaml(text);
  return input.ok ? parseConfig(input.value) : { ok: false, error: `Cannot parse configuration: ${input.error}` };
}
