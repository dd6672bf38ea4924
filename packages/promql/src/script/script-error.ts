/** A line of a test script that cannot be read. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}
