import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { JaegisConfig } from '@jaegis/model';
import { parseRuleFile, type RuleFile } from '@jaegis/rules';
import { fileTrouble } from '@jaegis/std';
import { checkExpression } from './core/rule-query.ts';
import { ownRules, ownRulesName } from './own-rules.ts';
import { parsePlainYaml } from './plain-yaml.ts';

export type RuleFilesResult =
  | { readonly ok: true; readonly files: readonly RuleFile[] }
  | { readonly ok: false; readonly error: string };

const maxBytes = 16 * 1024 * 1024;
const maxFiles = 1_000;

/** Reads and checks the rule files that a configuration names. The error is one line that names the first wrong field. */
export async function loadRuleFiles(
  config: Pick<JaegisConfig, 'rules' | 'evaluation'>,
  configDir: string,
): Promise<RuleFilesResult> {
  const paths = new Set<string>();
  for (const pattern of config.rules) {
    const found = await expandGlob(resolve(configDir, pattern));
    if (found.length === 0 && !isGlob(pattern)) return unreadable(pattern, { code: 'ENOENT' });
    for (const path of found) paths.add(path);
  }
  if (paths.size > maxFiles)
    return { ok: false, error: `Cannot read rule files: ${paths.size} fit the patterns, must be at most ${maxFiles}` };
  const files: RuleFile[] = [];
  if (config.evaluation.own_rules) {
    const own = parseRuleText(ownRules, { name: ownRulesName, config });
    if (!own.ok) return own;
    files.push(...own.files);
  }
  for (const path of paths) {
    const name = isAbsolute(relative(configDir, path)) ? path : relative(configDir, path);
    const file = await loadRuleFile(path, { name, config });
    if (!file.ok) return file;
    files.push(...file.files);
  }
  return { ok: true, files };
}

/** One file; `name` is what people know it by. */
export async function loadRuleFile(
  path: string,
  o: { readonly name: string; readonly config: Pick<JaegisConfig, 'evaluation'> },
): Promise<RuleFilesResult> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maxBytes)
      return { ok: false, error: `Cannot read rule file ${o.name}: it is ${size} bytes, must be at most ${maxBytes}` };
    text = await readFile(path, 'utf8');
  } catch (error) {
    return unreadable(o.name, error);
  }
  return parseRuleText(text, o);
}

/** The same for text that is already there. */
export function parseRuleText(
  text: string,
  o: { readonly name: string; readonly config: Pick<JaegisConfig, 'evaluation'> },
): RuleFilesResult {
  const input = parsePlainYaml(text);
  if (!input.ok) return { ok: false, error: `Cannot parse rule file ${o.name}: ${input.error}` };
  const { interval, query_offset } = o.config.evaluation;
  const parsed = parseRuleFile(input.value, {
    name: o.name,
    defaultIntervalMs: interval,
    defaultQueryOffsetMs: query_offset,
    checkExpression,
  });
  return parsed.ok ? { ok: true, files: [parsed.file] } : parsed;
}

function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

function unreadable(name: string, cause: unknown): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `Cannot read rule file ${name}: ${fileTrouble(cause)}, must be a readable file` };
}

/** The files that fit a path in which any part may hold `*`, `?` and `[...]`, sorted. */
async function expandGlob(pattern: string): Promise<string[]> {
  if (!isGlob(pattern)) {
    const found = await stat(pattern).catch(() => undefined);
    return found?.isFile() ? [pattern] : [];
  }
  const parent = dirname(pattern);
  const folders = isGlob(parent) ? await expandFolders(parent) : [parent];
  const fits = partRegex(pattern.slice(parent.length).replace(/^[/\\]/, ''));
  const files: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (!entry.isDirectory() && fits.test(entry.name)) files.push(join(folder, entry.name));
  }
  return files.sort();
}

async function expandFolders(pattern: string): Promise<string[]> {
  const parent = dirname(pattern);
  if (parent === pattern) return [pattern];
  const above = isGlob(parent) ? await expandFolders(parent) : [parent];
  const part = pattern.slice(parent.length).replace(/^[/\\]/, '');
  if (!isGlob(part)) return above.map((folder) => join(folder, part));
  const fits = partRegex(part);
  const found: string[] = [];
  for (const folder of above) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) if (entry.isDirectory() && fits.test(entry.name)) found.push(join(folder, entry.name));
  }
  return found;
}

function partRegex(part: string): RegExp {
  const body = part.replace(/\[(\^?)([^\]]+)\]|[*?]|[^*?[]/g, (c, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not}${set.replaceAll('\\', '\\\\')}]`;
    if (c === '*') return '.*';
    return c === '?' ? '.' : c.replace(/[.+^${}()|\\\]]/g, '\\$&');
  });
  return new RegExp(`^${body}$`);
}
