export { evalInstant, evalRange } from './evaluate/evaluate.ts';
export type { QueryOptions, Steps } from './evaluate/execute-query.ts';
export { formatNumber } from './evaluate/format-number.ts';
export {
  answerFrom,
  answerPlanned,
  type PreparedQuery,
  planQuery,
  type QueryAnswer,
  type QueryPlan,
} from './evaluate/prepared-query.ts';
export type { MatrixSeries, Point, QueryFailure, QueryResult, VectorSample } from './evaluate/query-result.ts';
export type { LazySource, SelectedSeries, SelectHints, SelectSource, SourceLimits } from './evaluate/select-source.ts';
export type { VectorSelector } from './parse/ast.ts';
export { describeQuery } from './parse/describe-query.ts';
export { ExpressionMemory } from './parse/expression-memory.ts';
export { parseSelector, type SelectorResult } from './parse/parse-selector.ts';
export { parseSelectors, type SelectorsResult } from './parse/parse-selectors.ts';
export { runPromqlScript, type ScriptFailure, type ScriptResult } from './script/run-script.ts';
