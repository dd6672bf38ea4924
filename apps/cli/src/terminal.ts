import { choosePaint, type Paint } from './format/paint.ts';
import type { Layout } from './format/table.ts';

/** Everything a command may touch of the process it runs in; tests give their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
  /** Columns and rows now; infinite columns when the output is no terminal and COLUMNS does not say. */
  readonly size: () => { columns: number; rows: number };
  readonly paint: Paint;
  write(text: string): void;
  warn(text: string): void;
  /** Bytes for those who write a lot; resolves when there is room for more. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** Standard input, as it comes. */
  input(): AsyncIterable<Uint8Array>;
  now(): number;
  /** Aborted at Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal;
}

export function layoutOf(terminal: Terminal): Layout & { now: number } {
  return { width: terminal.size().columns, paint: terminal.paint, now: terminal.now() };
}

/** The real one. Ctrl-C ends the process, as ever, unless a command has asked for `interrupted`: then it decides how to end. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  let controller: AbortController | undefined;
  const isTty = stdout.isTTY === true;
  const given = Number(env['COLUMNS']);
  // A pipe that is closed early (`jaegis agents | head`) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env,
    isTty,
    size: () => ({
      columns: isTty ? (stdout.columns ?? 80) : given >= 20 ? given : Number.POSITIVE_INFINITY,
      rows: isTty ? (stdout.rows ?? 24) : 1_000,
    }),
    paint: choosePaint({ isTty, env }),
    write: (text) => void stdout.write(text),
    warn: (text) => void stderr.write(`${text}\n`),
    writeBytes: (bytes) =>
      new Promise((resolve) => {
        if (stdout.write(bytes)) resolve();
        else stdout.once('drain', resolve);
      }),
    input: () => process.stdin,
    now: Date.now,
    get interrupted() {
      if (controller !== undefined) return controller.signal;
      const asked = new AbortController();
      controller = asked;
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked.abort());
      return asked.signal;
    },
  };
}
