// The structure checker: the import rule of the four bands and a few house rules, read from the sources themselves.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

/** Each band may import itself where its `order` is lower, and the bands before it. */
const bands = ['ground', 'engines', 'edges', 'proof', 'apps'];
/** What an engine must not touch: it gets `now`, randomness and bytes as arguments. */
const impure = [
  [/\bDate\.now\s*\(|\bnew Date\(\s*\)|\bperformance\.now\s*\(/, 'reads the clock'],
  [/\bMath\.random\s*\(|\bcrypto\.(?:getRandomValues|randomUUID)/, 'uses randomness'],
  [/\bprocess\.(?!\.)/, 'reads the process or environment'],
  [/\b(?:setTimeout|setInterval|setImmediate)\s*\(/, 'starts a timer'],
  [/\bfetch\s*\(/, 'opens a socket'],
];
const vagueNames = /(^|-)(utils?|helpers?|manager|common|misc)(-|\.|$)/;
const maxLines = 500;

/** @typedef {{ name: string, folder: string, band: string, order: number, dependencies: Set<string> }} Package */

/** @param {string} base @returns {Package[]} */
export function readPackages(base) {
  const packages = [];
  for (const group of ['packages', 'apps', 'examples']) {
    for (const entry of readdirSync(join(base, group))) {
      const folder = join(base, group, entry);
      if (!statSync(join(folder, 'package.json'), { throwIfNoEntry: false })) continue;
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const dependencies = new Set([
        ...Object.keys(manifest.dependencies ?? {}),
        ...Object.keys(manifest.devDependencies ?? {}),
      ]);
      packages.push({
        name: manifest.name,
        folder,
        band: manifest.jaegis?.band ?? 'missing',
        order: manifest.jaegis?.order ?? 0,
        dependencies,
      });
    }
  }
  return packages;
}

/** @param {string} base @returns {string[]} one line a violation */
export function checkStructure(base) {
  const packages = readPackages(base);
  const problems = [];
  for (const each of packages) {
    if (!bands.includes(each.band))
      problems.push(
        `${relative(base, each.folder)}/package.json: jaegis.band is ${each.band}, must be one of ${bands.join(', ')}`,
      );
    for (const file of listSources(each.folder)) problems.push(...checkFile(file, each, packages, base));
  }
  problems.push(...checkPublished(packages, base));
  return problems;
}

/** @param {string} file @param {Package} own @param {Package[]} packages @param {string} base */
function checkFile(file, own, packages, base) {
  const text = readFileSync(file, 'utf8');
  const where = relative(base, file);
  const problems = [];
  const isTest =
    /\.test\.tsx?$/.test(file) || where.split(sep).some((part) => ['test', 'conformance', 'dev'].includes(part));
  for (const specifier of importsOf(text)) {
    const problem = specifier.startsWith('.')
      ? checkRelative(specifier, file, own)
      : checkPackage(specifier, own, packages, isTest);
    if (problem !== undefined) problems.push(`${where}: ${problem}`);
  }
  if (!isTest && (own.band === 'engines' || own.band === 'ground')) {
    const code = stripStrings(stripComments(text));
    for (const [pattern, what] of impure)
      if (/** @type {RegExp} */ (pattern).test(code))
        problems.push(`${where}: an engine ${what}, must get it as an argument`);
  }
  const lines = text.split('\n').length;
  if (lines > maxLines) problems.push(`${where}: has ${lines} lines, must have at most ${maxLines}`);
  if (vagueNames.test(basename(file))) problems.push(`${where}: its name says nothing, must name its one idea`);
  if (!/^[a-z0-9.-]+$/.test(basename(file))) problems.push(`${where}: its name must be kebab-case`);
  return problems;
}

/** @param {string} specifier @param {string} file @param {Package} own */
function checkRelative(specifier, file, own) {
  const target = resolve(dirname(file), specifier);
  if (!target.startsWith(own.folder + sep)) return `imports ${specifier}, must go through the other package's door`;
  if (
    target === join(own.folder, 'src', 'index.ts') &&
    !/\.test\.tsx?$/.test(file) &&
    !file.includes(`${sep}test${sep}`)
  )
    return 'imports its own index.ts, must import the file that has it';
  return undefined;
}

/** @param {string} specifier @param {Package} own @param {Package[]} packages @param {boolean} isTest */
function checkPackage(specifier, own, packages, isTest) {
  if (specifier.startsWith('node:')) {
    return !isTest && (own.band === 'ground' || own.band === 'engines')
      ? `imports ${specifier}, but ${own.band} must have no I/O`
      : undefined;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const target = packages.find((each) => each.name === name);
  if (target === undefined)
    return isTest || own.dependencies.has(name) ? undefined : `imports ${name}, which its package.json does not name`;
  if (target === own) return `imports its own package ${name}, must use a relative path`;
  if (isTest && bands.indexOf(own.band) >= bands.indexOf('proof')) return undefined;
  const difference = bands.indexOf(own.band) - bands.indexOf(target.band);
  if (difference < 0) return `imports ${name} (${target.band}), but ${own.name} is in ${own.band}, a lower band`;
  if (difference === 0 && own.band === 'engines') return `imports ${name}, but engines must never import each other`;
  if (difference === 0 && own.order <= target.order)
    return `imports ${name}, which does not come before it in the band ${own.band}`;
  return undefined;
}

/** What the published bundles leave outside must be in their own dependencies. @param {Package[]} packages @param {string} base */
function checkPublished(packages, base) {
  const problems = [];
  const cli = packages.find((each) => each.name === 'jaegis');
  if (cli === undefined) return problems;
  const bundled = packages.filter(
    (each) =>
      !['proof'].includes(each.band) &&
      !each.folder.includes('examples') &&
      !['@jaegis/agent', '@jaegis/dashboard', 'jaegis'].includes(each.name),
  );
  const own = JSON.parse(readFileSync(join(cli.folder, 'package.json'), 'utf8')).dependencies;
  for (const each of bundled) {
    const dependencies = JSON.parse(readFileSync(join(each.folder, 'package.json'), 'utf8')).dependencies ?? {};
    for (const [name, version] of Object.entries(dependencies)) {
      if (!name.startsWith('@jaegis/') && own[name] !== version)
        problems.push(
          `${relative(base, cli.folder)}/package.json: dependency ${name} is ${own[name] ?? 'missing'}, must be ${version} as in ${each.name}, which it bundles`,
        );
    }
  }
  return problems;
}

/** @param {string} folder @returns {string[]} */
function listSources(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['node_modules', 'dist', 'testdata'].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...listSources(path));
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path);
  }
  return found;
}

/** @param {string} text @returns {string[]} */
function importsOf(text) {
  const found = [];
  const code = stripComments(text);
  for (const match of code.matchAll(/(?:^|[;\n}])\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/g))
    found.push(match[1] ?? '');
  for (const match of code.matchAll(/(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g)) found.push(match[1] ?? '');
  for (const match of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push(match[1] ?? '');
  return found;
}

/** What a string says is not code; template literals stay, they may hold some. @param {string} text */
function stripStrings(text) {
  return text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

/** @param {string} text */
function stripComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = checkStructure(root);
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'The structure holds.' : `${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
