export { evalInstant, evalRange, type QueryOptions } from './evaluate/evaluate.ts';
export { formatNumber } from './evaluate/format-number.ts';
export type { MatrixSeries, Point, QueryFailure, QueryResult, VectorSample } from './evaluate/query-result.ts';
export type { SelectedSeries, SelectSource, SourceLimits } from './evaluate/select-source.ts';
export type { Steps } from './evaluate/selectors.ts';
export type { VectorSelector } from './parse/ast.ts';
export { parseSelector, type SelectorResult } from './parse/parse-selector.ts';
