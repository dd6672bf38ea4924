/** Calls of functions: which family does it, and the few that need the expression itself. */
import { dateFunctions } from '../functions/dates.ts';
import {
  fractionsOf,
  histogramParts,
  labelledQuantiles,
  mapHistograms,
  quantilesOf,
  statsOnlyFunctions,
} from '../functions/histogram-functions.ts';
import { labelJoin, labelReplace } from '../functions/label-functions.ts';
import { clampTo, mathFunctions, roundTo } from '../functions/math.ts';
import { sortByLabels, sortByValue } from '../functions/sorting.ts';
import { type Call, type Expression, unwrap } from '../parse/ast.ts';
import { typeOf } from '../parse/type-check.ts';
import { evaluateAbsent, evaluateAbsentOverTime } from './absent.ts';
import { type Column, type Grid, type Value, type VectorValue, vectorOf } from './column.ts';
import { evaluateInfo } from './info.ts';
import { evaluateInstantSelector } from './instant-selector.ts';
import { mapFloats } from './map-columns.ts';
import { noSurroundings, type QueryContext, QueryError, type Surroundings } from './query-context.ts';
import { evaluateWindowCall, isWindowCall } from './window-call.ts';

export interface CallOptions {
  readonly context: QueryContext;
  readonly around: Surroundings;
}

export function evaluateCall(call: Call, grid: Grid, options: CallOptions): Value {
  const { context } = options;
  const { name, args } = call;
  if (isWindowCall(name)) return evaluateWindowCall(call, grid, options);
  if (args.length === 0) return withoutArguments(name, grid, context);
  const inside: Surroundings = {
    ...noSurroundings,
    func: name,
    statsOnly: statsOnlyFunctions.includes(name) || (options.around.statsOnly && !name.startsWith('histogram_')),
  };
  const values = (at: number): Float64Array => scalarArgument(args[at]!, grid, context);
  const vector = (at: number): VectorValue => vectorArgument(args[at]!, grid, { context, around: inside });
  const texts = (from: number) => args.slice(from).map(textArgument);
  const math = mathFunctions.get(name);
  if (math !== undefined) return mapFloats(vector(0), math);
  const date = dateFunctions.get(name);
  if (date !== undefined) return mapFloats(vector(0), date);
  const part = histogramParts.get(name);
  if (part !== undefined) return mapHistograms(vector(0), part);
  const { annotations } = context;
  switch (name) {
    case 'absent':
      return evaluateAbsent(args[0]!, grid, { context, around: inside });
    case 'absent_over_time':
      return evaluateAbsentOverTime(args[0]!, grid, { context, around: inside });
    case 'clamp':
      return clamped(vector(0), values(1), values(2));
    case 'clamp_min':
      return clamped(vector(0), values(1), new Float64Array(grid.count).fill(Number.POSITIVE_INFINITY));
    case 'clamp_max':
      return clamped(vector(0), new Float64Array(grid.count).fill(Number.NEGATIVE_INFINITY), values(1));
    case 'round': {
      const nearest = args.length > 1 ? values(1) : undefined;
      return mapFloats(vector(0), (value, step) => roundTo(value, nearest?.[step] ?? 1));
    }
    case 'histogram_quantile':
      return quantilesOf(vector(1), values(0), { annotations, quantile: args[0]!, vector: args[1]! });
    case 'histogram_quantiles': {
      const quantiles = args.slice(2).map((arg, i) => ({ q: values(i + 2), place: arg }));
      return labelledQuantiles(vector(0), textArgument(args[1]!), quantiles, { annotations, vector: args[0]! });
    }
    case 'histogram_fraction': {
      const bounds = { lower: values(0), upper: values(1) };
      return fractionsOf(vector(2), bounds, { annotations, quantile: args[0]!, vector: args[2]! });
    }
    case 'label_replace':
      return labelReplace(vector(0), texts(1));
    case 'label_join':
      return labelJoin(vector(0), texts(1));
    case 'min_of':
    case 'max_of': {
      const [pick, other] = [name === 'min_of' ? Math.min : Math.max, values(1)];
      return { kind: 'scalar', values: values(0).map((value, step) => pick(value, other[step]!)) };
    }
    case 'scalar':
      return { kind: 'scalar', values: onlyNumbers(vector(0), grid.count) };
    case 'vector':
      return vectorOf([
        {
          labels: {},
          dropName: false,
          values: values(0),
          present: new Uint8Array(grid.count).fill(1),
          histograms: undefined,
        },
      ]);
    case 'sort':
    case 'sort_desc':
      return sortByValue(vector(0), name === 'sort_desc');
    case 'sort_by_label':
    case 'sort_by_label_desc':
      return sortByLabels(vector(0), texts(1), name === 'sort_by_label_desc');
    case 'timestamp':
      return timestamps(args[0]!, grid, { context, around: inside });
    case 'start_timestamp':
      // No source knows when its series began.
      return vectorOf([]);
    case 'info':
      return evaluateInfo(args, grid, { context, around: inside });
    default:
      throw new QueryError(`unknown function with name "${name}"`);
  }
}

function withoutArguments(name: string, grid: Grid, context: QueryContext): Value {
  const { startMs, endMs, stepMs } = context.query;
  const seconds = new Float64Array(grid.count);
  for (let step = 0; step < grid.count; step++) seconds[step] = (grid.startMs + step * grid.stepMs) / 1_000;
  const date = dateFunctions.get(name);
  if (date !== undefined) {
    const values = seconds.map(date);
    const present = new Uint8Array(grid.count).fill(1);
    return vectorOf([{ labels: {}, dropName: false, values, present, histograms: undefined }]);
  }
  const constants: Record<string, number> = {
    pi: Math.PI,
    start: startMs / 1_000,
    end: endMs / 1_000,
    step: stepMs / 1_000,
    range: (endMs - startMs) / 1_000,
  };
  return { kind: 'scalar', values: name === 'time' ? seconds : seconds.fill(constants[name] ?? Number.NaN) };
}

function scalarArgument(arg: Expression, grid: Grid, context: QueryContext): Float64Array {
  const value = context.evaluate(arg, grid, noSurroundings);
  if (value.kind !== 'scalar') throw new QueryError(`expected type scalar, got ${typeOf(arg)}`);
  return value.values;
}

function vectorArgument(arg: Expression, grid: Grid, options: CallOptions): VectorValue {
  const value = options.context.evaluate(arg, grid, options.around);
  if (value.kind !== 'vector') throw new QueryError(`expected type instant vector, got ${typeOf(arg)}`);
  return value;
}

function textArgument(arg: Expression): string {
  const text = unwrap(arg);
  return text.kind === 'string' ? text.value : '';
}

function clamped(vector: VectorValue, least: Float64Array, most: Float64Array): VectorValue {
  const result = mapFloats(vector, (value, step) => clampTo(value, least[step]!, most[step]!));
  if (!least.some((value, step) => most[step]! < value)) return result;
  // Nothing lies between bounds that are the wrong way round.
  const columns = result.columns.map((column) => ({
    ...column,
    present: column.present.map((here, step) => (most[step]! < least[step]! ? 0 : here)),
  }));
  return vectorOf(columns.filter((column) => column.present.includes(1)));
}

/** The number of the only series that has one at a step, NaN where it is not the only one. */
function onlyNumbers(vector: VectorValue, count: number): Float64Array {
  const values = new Float64Array(count).fill(Number.NaN);
  const found = new Uint8Array(count);
  for (const column of vector.columns) {
    for (let step = 0; step < count; step++) {
      if (column.present[step] === 0 || column.histograms?.[step] !== undefined) continue;
      values[step] = found[step] === 0 ? column.values[step]! : Number.NaN;
      found[step] = 1;
    }
  }
  return values;
}

/** Of a selector, the times of its samples; of anything else, the time of the step. */
function timestamps(arg: Expression, grid: Grid, options: CallOptions): VectorValue {
  const inner = unwrap(arg);
  const drop = (column: Column): Column => ({ ...column, dropName: true, histograms: undefined });
  if (inner.kind === 'vector-selector')
    return vectorOf(evaluateInstantSelector(inner, grid, { ...options, asTimestamps: true }).columns.map(drop));
  const seconds = new Float64Array(grid.count).map((_, step) => (grid.startMs + step * grid.stepMs) / 1_000);
  const { columns } = vectorArgument(arg, grid, options);
  return vectorOf(columns.map((column) => ({ ...drop(column), values: seconds })));
}
