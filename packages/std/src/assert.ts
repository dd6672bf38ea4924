/** A broken promise of our own code: never a user's mistake. Loops catch it, log it as `BUG`, count it and go on. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** Throws a `BugError` unless `condition` holds. `message` names both values: `desired is -1, must be >= 0`. */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new BugError(typeof message === 'string' ? message : message());
}

/** For the `default` of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new BugError(`unreachable value: ${String(value)}`);
}
