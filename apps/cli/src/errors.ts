/** What a command could not do, in one line: action, subject, colon, current value, wanted value. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** 0 done; 1 the thing asked about is bad, or could not be done; 2 usage or bad input. */
export type ExitCode = 0 | 1 | 2;
export const done: ExitCode = 0;
export const isBad: ExitCode = 1;
export const badInput: ExitCode = 2;
