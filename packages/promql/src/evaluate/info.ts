/**
 * info: adds the labels of info metrics (`target_info` when no other is named) to series with the same `instance` and
 * `job`. The second argument names the metric and the labels that are wanted; a label that a series has is not changed;
 * where a wanted label must have a value, series without such an info series are left out. Of several info series of one
 * metric that with the newest sample counts; two metrics that tell different things of one label at a step are an error.
 */
import type { Labels, Matcher } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import { type Expression, unwrap, type VectorSelector } from '../parse/ast.ts';
import { type Column, emptyColumn, type Grid, isEmpty, type VectorValue, vectorOf } from './column.ts';
import { evaluateInstantSelector } from './instant-selector.ts';
import { labelOf, labelsKey, metricName, withLabel } from './label-sets.ts';
import { mergeColumns } from './merge-columns.ts';
import { type QueryContext, QueryError, type Surroundings } from './query-context.ts';

const identifying = ['instance', 'job'];

export function evaluateInfo(
  args: readonly Expression[],
  grid: Grid,
  options: { context: QueryContext; around: Surroundings },
): VectorValue {
  const base = options.context.evaluate(args[0]!, grid, options.around);
  if (base.kind !== 'vector') throw new QueryError('expected type instant vector in call to function "info"');
  const wanted = args[1] === undefined ? undefined : unwrap(args[1]);
  if (wanted !== undefined && wanted.kind !== 'vector-selector')
    throw new QueryError('expected label selectors as the second argument to the info function');
  const ofLabels = (wanted?.matchers ?? []).filter(({ name }) => name !== '__name__');
  const ofName = (wanted?.matchers ?? []).filter(({ name }) => name === '__name__');
  const nameMatchers = namesOfInfo(ofName);
  const selector: VectorSelector = {
    kind: 'vector-selector',
    start: args[0]!.start,
    end: args[0]!.end,
    matchers: [...nameMatchers, ...ofLabels],
    offset: wanted?.offset ?? 0,
    at: wanted?.at,
    extension: undefined,
  };
  const isInfo = fits(nameMatchers, '__name__');
  if (evaluateInstantSelector(selector, grid, options).columns.some((column) => column.histograms !== undefined))
    throw new QueryError('info metrics must be numbers, not histograms');
  // What an info series says is in its labels; of its sample only the time is of use.
  const found = evaluateInstantSelector(selector, grid, { ...options, asTimestamps: true }).columns;
  const byIdentity = new Map<string, Column[]>();
  for (const column of found) {
    const key = identityOf(column.labels);
    const list = byIdentity.get(key);
    if (list === undefined) byIdentity.set(key, [column]);
    else list.push(column);
  }
  const allOptional = ofLabels.every((matcher) => fits([matcher], matcher.name)(''));
  const result: Column[] = [];
  for (const column of base.columns) {
    // An info metric by itself stays as it is.
    if (isInfo(metricName(column.labels))) result.push(column);
    else result.push(...enriched(column, byIdentity.get(identityOf(column.labels)) ?? [], { ofLabels, allOptional }));
  }
  return vectorOf(mergeColumns(result));
}

/** `target_info` when no name is asked for; what is not excluded and called so when names are only excluded. */
function namesOfInfo(asked: readonly Matcher[]): readonly Matcher[] {
  if (asked.length === 0) return [{ name: '__name__', op: '=', value: 'target_info' }];
  if (asked.some(({ op }) => op === '=' || op === '=~')) return asked;
  return [{ name: '__name__', op: '=~', value: '.+_info' }, ...asked];
}

function identityOf(labels: Labels): string {
  return identifying.map((name) => labelOf(labels, name)).join('\u{ff}');
}

function fits(matchers: readonly Matcher[], name: string): (value: string) => boolean {
  const tests = matchers
    .filter((matcher) => matcher.name === name)
    .map(({ op, value }) => {
      if (op === '=') return (text: string) => text === value;
      if (op === '!=') return (text: string) => text !== value;
      const regex = compileLinearRegex(value);
      return (text: string) => regex.ok && regex.matches(text) === (op === '=~');
    });
  return (text) => tests.every((test) => test(text));
}

/** The series, with other labels at steps at which other info series are there. */
function enriched(
  column: Column,
  infos: readonly Column[],
  wanted: { ofLabels: readonly Matcher[]; allOptional: boolean },
): Column[] {
  const parts = new Map<string, Column>();
  const histograms = column.histograms;
  for (let step = 0; step < column.values.length; step++) {
    if (column.present[step] === 0) continue;
    const here = newestAt(infos, step);
    if (here.length === 0 && !wanted.allOptional) continue;
    const added = addedLabels(column.labels, here, wanted.ofLabels);
    let labels = column.labels;
    for (const [name, value] of Object.entries(added)) labels = withLabel(labels, name, value);
    const key = labelsKey(labels);
    let part = parts.get(key);
    if (part === undefined)
      parts.set(key, (part = { ...emptyColumn(labels, column.values.length, column.dropName), histograms }));
    part.present[step] = 1;
    part.values[step] = column.values[step]!;
  }
  return [...parts.values()].filter((part) => !isEmpty(part));
}

/** For each info metric, its series with the newest sample. */
function newestAt(infos: readonly Column[], step: number): readonly Column[] {
  const byName = new Map<string, Column>();
  for (const info of infos) {
    if (info.present[step] === 0) continue;
    const name = metricName(info.labels);
    const before = byName.get(name);
    if (before === undefined || info.values[step]! > before.values[step]!) byName.set(name, info);
  }
  return [...byName.values()];
}

function addedLabels(own: Labels, infos: readonly Column[], ofLabels: readonly Matcher[]): Record<string, string> {
  const added = new Map<string, string>();
  for (const { labels } of infos) {
    for (const [name, value] of Object.entries(labels)) {
      if (name === '__name__' || identifying.includes(name) || Object.hasOwn(own, name)) continue;
      if (ofLabels.length > 0 && !ofLabels.some((matcher) => matcher.name === name)) continue;
      const before = added.get(name);
      if (before !== undefined && before !== value) throw new QueryError(`conflicting label: ${name}`);
      added.set(name, value);
    }
  }
  return Object.fromEntries(added);
}
