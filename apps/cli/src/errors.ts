import { fileTrouble } from '@jaegis/std';

/** What a command could not do, in one line: action, subject, colon, current value, wanted value. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Whether reading or opening failed, and not what was made of it. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** What is said of a file that cannot be read. `what` is its name, and before that what it was to be. */
export function unreadable(what: string, cause: unknown): CliError {
  return new CliError(badInput, `Cannot read ${what}: ${fileTrouble(cause)}, must be a readable file`, { cause });
}

/** 0 done; 1 the thing asked about is bad, or could not be done; 2 usage or bad input. */
export type ExitCode = 0 | 1 | 2;
export const done: ExitCode = 0;
export const isBad: ExitCode = 1;
export const badInput: ExitCode = 2;
