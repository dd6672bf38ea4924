/** Calls of functions over windows: the range is read, the function runs over each series, windows with histograms apart. */
import { checkExtension, extendedFloats } from '../functions/extended-range.ts';
import { notACounter } from '../functions/rate.ts';
import type { ColumnOutput, MixedWindow, WindowEnvironment, WindowFunction } from '../functions/window-function.ts';
import { windowFunctions } from '../functions/window-functions.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { type Call, type Expression, type MatrixSelector, type Subquery, unwrap } from '../parse/ast.ts';
import { histogramsIgnored } from './annotations.ts';
import { type Column, type Grid, type VectorValue, vectorOf } from './column.ts';
import { metricName } from './label-sets.ts';
import { checkSize, checkTime, type QueryContext, QueryError, type Surroundings } from './query-context.ts';
import { evaluateWindows, type WindowSeries, type Windows } from './windows.ts';

export function isWindowCall(name: string): boolean {
  return windowFunctions.has(name);
}

/** The range among the arguments of a call. */
export function rangeArgument(args: readonly Expression[]): MatrixSelector | Subquery | undefined {
  return args.map(unwrap).find((arg) => arg.kind === 'matrix-selector' || arg.kind === 'subquery');
}

interface WindowCallOptions {
  readonly context: QueryContext;
  readonly around: Surroundings;
}

export function evaluateWindowCall(call: Call, grid: Grid, options: WindowCallOptions): VectorValue {
  const columns: Column[] = [];
  const memory = new ColumnMemory(grid.count);
  walkWindowCall(call, grid, {
    ...options,
    memory: () => memory.next(),
    visit: (column, filled) => columns.push(memory.keep(column, filled)),
  });
  return vectorOf(columns);
}

/**
 * The columns one after the other, each in the same memory but for those with histograms: `visit` is told at how many steps
 * there is a sample.
 */
export function forEachWindowColumn(
  call: Call,
  grid: Grid,
  options: WindowCallOptions & { visit: (column: Column, filled: number) => void },
): void {
  const values = new Float64Array(grid.count);
  walkWindowCall(call, grid, {
    ...options,
    memory: () => values,
    visit: (column, filled) => {
      if (column.histograms === undefined) options.visit(column, filled);
      else options.visit({ ...column, values: column.values.slice(), present: column.present.slice() }, filled);
    },
  });
}

/** Columns without a sample are left out. `memory` gives that of the values of each; `present` is the same for all. */
function walkWindowCall(
  call: Call,
  grid: Grid,
  options: WindowCallOptions & { memory: () => Float64Array; visit: (column: Column, filled: number) => void },
): void {
  const { context, around, memory, visit } = options;
  const matrix = rangeArgument(call.args)!;
  const definition = windowFunctions.get(call.name)!;
  const scalars = call.args.filter((arg) => unwrap(arg) !== matrix).map((arg) => scalarValues(arg, grid, context));
  if (matrix.kind === 'matrix-selector' && matrix.selector.extension !== undefined)
    checkExtension(call.name, matrix.selector.extension);
  const inside = { ...around, func: call.name };
  const windows = evaluateWindows(matrix, grid, { context, around: inside });
  checkSize(context, windows.size, grid.count);
  const { extension } = windows;
  const floats =
    extension === undefined ? (definition.begin?.() ?? definition.floats) : extendedFloats(call.name, extension);
  const floatDefinition = { ...definition, floats };
  const shared = {
    rangeMs: windows.rangeMs,
    reference: windows.reference,
    stepAt: (step: number) => grid.startMs + step * grid.stepMs,
    scalars,
    annotations: context.annotations,
    place: matrix,
  };
  let env: WindowEnvironment = { ...shared, metricName: '' };
  const isRate = call.name === 'rate' || call.name === 'increase';
  const marks = new StepMarks(grid.count);
  let seen = 0;
  for (const series of windows.series) {
    if (seen++ % 16 === 0) checkTime(context);
    const name = metricName(series.labels);
    if (name !== env.metricName) env = { ...shared, metricName: name };
    marks.clear();
    const out = { values: memory(), present: marks.bytes };
    const column = columnOf(series, windows, { definition: floatDefinition, env, out });
    const filled = marks.count();
    if (filled === 0) continue;
    visit(column, filled);
    if (isRate) tellNotACounter(series, matrix, context);
  }
}

/** A byte for each step, 1 where there is a sample. Mostly there is one everywhere, which is seen four steps at a time. */
class StepMarks {
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;

  constructor(count: number) {
    this.#words = new Uint32Array(Math.ceil(count / 4));
    this.bytes = new Uint8Array(this.#words.buffer, 0, count);
  }

  clear(): void {
    this.#words.fill(0);
  }

  count(): number {
    const { bytes } = this;
    const words = this.#words;
    let step = 0;
    while (step + 4 <= bytes.length && words[step >> 2] === 0x01010101) step += 4;
    let count = step;
    for (; step < bytes.length; step++) count += bytes[step]!;
    return count;
  }
}

function scalarValues(expression: Expression, grid: Grid, context: QueryContext): Float64Array {
  const value = context.evaluate(expression, grid, { func: '', grouping: [], by: false, statsOnly: false });
  if (value.kind !== 'scalar') throw new QueryError('expected type scalar in call to function');
  return value.values;
}

function columnOf(
  series: WindowSeries,
  windows: Windows,
  options: { definition: WindowFunction; env: WindowEnvironment; out: ColumnOutput },
): Column {
  const { definition, env, out } = options;
  const dropName = definition.keepsName === true ? series.dropName : true;
  const { values, present } = out;
  const column = { labels: series.labels, dropName, values, present, histograms: undefined };
  if (series.histograms === undefined) {
    definition.floats(series, env, column);
    return column;
  }
  if (windows.extension !== undefined)
    throw new QueryError('smoothed and anchored modifiers do not work with native histograms');
  return mixedColumn(series, column, options);
}

/**
 * One piece of memory for the values of many columns, and one row of ones for all that have a sample at every step: with
 * thousands of series, making arrays would be most of the work.
 */
class ColumnMemory {
  readonly #count: number;
  readonly #always: Uint8Array;
  #values = new Float64Array(0);
  #at = 0;
  #together = 1;

  constructor(count: number) {
    this.#count = count;
    this.#always = new Uint8Array(count).fill(1);
  }

  /** The values of the next column, zeros. */
  next(): Float64Array {
    if (this.#at === this.#values.length) {
      // A few for a question of a few series, many for one of many.
      this.#together = Math.min(Math.max(1, Math.ceil(4_096 / this.#count)), 2 * this.#together);
      this.#values = new Float64Array(this.#together * this.#count);
      this.#at = 0;
    }
    this.#at += this.#count;
    return this.#values.subarray(this.#at - this.#count, this.#at);
  }

  /** The column, of which so many steps have a sample, with a `present` of its own. */
  keep(column: Column, filled: number): Column {
    const { labels, dropName, values, histograms } = column;
    const present = filled === this.#count ? this.#always : column.present.slice();
    return { labels, dropName, values, present, histograms };
  }
}

/** Windows of numbers only go through the fast way together; each window with a histogram goes by itself. */
function mixedColumn(
  series: WindowSeries,
  column: Column,
  options: { definition: WindowFunction; env: WindowEnvironment },
): Column {
  const { definition, env } = options;
  const to = series.to.slice();
  const mixedSteps: number[] = [];
  for (let step = 0; step < to.length; step++) {
    for (let i = series.from[step]!; i < series.to[step]!; i++) {
      if (series.histograms![i] === undefined) continue;
      mixedSteps.push(step);
      to[step] = series.from[step]!;
      break;
    }
  }
  definition.floats({ ...series, to }, env, column);
  const histograms = new Array<FloatHistogram | undefined>(to.length);
  for (const step of mixedSteps) {
    const window = splitWindow(series, step);
    const result =
      definition.mixed === undefined
        ? floatsOnly(window, env, definition)
        : definition.mixed(window, { ...env, reference: env.reference });
    if (result === undefined) continue;
    column.present[step] = 1;
    if (typeof result === 'number') column.values[step] = result;
    else histograms[step] = result;
  }
  return { ...column, histograms };
}

function splitWindow(series: WindowSeries, step: number): MixedWindow {
  const floatTimes: number[] = [];
  const floats: number[] = [];
  const histogramTimes: number[] = [];
  const histograms: FloatHistogram[] = [];
  for (let i = series.from[step]!; i < series.to[step]!; i++) {
    const histogram = series.histograms![i];
    if (histogram === undefined) {
      floatTimes.push(series.times[i]!);
      floats.push(series.values[i]!);
    } else {
      histogramTimes.push(series.times[i]!);
      histograms.push(histogram);
    }
  }
  return {
    floatTimes: Float64Array.from(floatTimes),
    floats: Float64Array.from(floats),
    histogramTimes: Float64Array.from(histogramTimes),
    histograms,
    step,
  };
}

/** Histograms are left out, which is told where there is something else. */
function floatsOnly(window: MixedWindow, env: WindowEnvironment, definition: WindowFunction): number | undefined {
  if (window.floats.length === 0) return undefined;
  env.annotations.info(histogramsIgnored(env.metricName), env.place);
  const out = { values: new Float64Array(1), present: new Uint8Array(1) };
  const { step } = window;
  definition.floats(
    {
      times: window.floatTimes,
      values: window.floats,
      from: Int32Array.of(0),
      to: Int32Array.of(window.floats.length),
    },
    {
      ...env,
      stepAt: () => env.stepAt(step),
      reference: { ...env.reference, at: () => env.reference.at(step) },
      scalars: env.scalars.map((each) => each.slice(step, step + 1)),
    },
    out,
  );
  return out.present[0] === 1 ? out.values[0] : undefined;
}

/** Only where the samples are numbers: a histogram says itself what it is. */
function tellNotACounter(series: WindowSeries, matrix: Expression, context: QueryContext): void {
  if (series.histograms?.some((each) => each !== undefined)) return;
  const problem = notACounter(series.labels);
  if (problem !== undefined) context.annotations.info(problem, matrix);
}

/** `absent_over_time`: 1 at the steps at which no series has a sample in its window. */
export function stepsWithoutSamples(
  matrix: MatrixSelector | Subquery,
  grid: Grid,
  options: { context: QueryContext; around: Surroundings },
): Uint8Array {
  const absent = new Uint8Array(grid.count).fill(1);
  for (const { from, to } of evaluateWindows(matrix, grid, options).series)
    for (let step = 0; step < grid.count; step++) if (to[step]! > from[step]!) absent[step] = 0;
  return absent;
}
