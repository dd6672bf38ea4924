import { parse } from 'yaml';

export type PlainYaml = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

/** YAML as plain values. Few aliases and no custom tags: a hostile file must neither grow in memory nor go in circles. */
export function parsePlainYaml(text: string): PlainYaml {
  try {
    const value: unknown = parse(text, { maxAliasCount: 50, strict: true });
    return isCircular(value)
      ? { ok: false, error: 'an alias refers to what holds it, must be plain values' }
      : { ok: true, value };
  } catch (error) {
    return {
      ok: false,
      error: `${String((error as Error).message)
        .split('\n')[0]!
        .replace(/:$/, '')}, must be YAML`,
    };
  }
}

function isCircular(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}
