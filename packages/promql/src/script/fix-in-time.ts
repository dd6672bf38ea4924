/** The same expression with every selector fixed to one time by `@`: it must then give the same at any other time. */
import { type Expression, type TimeShift, unwrap } from '../parse/ast.ts';

/** Their result moves with the time of the evaluation even where their arguments stand still. */
const moving: ReadonlySet<string> = new Set([
  ...['time', 'timestamp', 'predict_linear', 'day_of_month', 'day_of_week', 'day_of_year', 'days_in_month'],
  ...['hour', 'minute', 'month', 'year', 'start', 'end'],
]);

/** `undefined` for an expression that moves all the same. */
export function fixedInTime(given: Expression, timeMs: number): Expression | undefined {
  if (moves(given)) return undefined;
  const shift = <T extends TimeShift>(node: T): T => (node.at === undefined ? { ...node, at: timeMs } : node);
  const fix = (node: Expression): Expression => {
    switch (node.kind) {
      case 'number':
      case 'string':
        return node;
      case 'vector-selector':
        return shift(node);
      case 'matrix-selector':
        return { ...node, selector: shift(node.selector) };
      case 'subquery':
        // What is inside stays as it is: its times follow from the subquery's.
        return shift(node);
      case 'parenthesized':
      case 'unary':
        return { ...node, inner: fix(node.inner) };
      case 'binary':
        return { ...node, left: fix(node.left), right: fix(node.right) };
      case 'call':
        return { ...node, args: node.args.map(fix) };
      case 'aggregation':
        return { ...node, inner: fix(node.inner), param: node.param === undefined ? undefined : fix(node.param) };
    }
  };
  return fix(given);
}

function moves(given: Expression): boolean {
  const node = unwrap(given);
  switch (node.kind) {
    case 'unary':
    case 'subquery':
      return moves(node.inner);
    case 'binary':
      return moves(node.left) || moves(node.right);
    case 'call':
      return moving.has(node.name) || node.name === 'info' || node.args.some(moves);
    case 'aggregation':
      return moves(node.inner) || (node.param !== undefined && moves(node.param));
    default:
      return false;
  }
}
