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
  now(): number;
  /** Aborted at Ctrl-C. */
  readonly interrupted: AbortSignal;
}

export function layoutOf(terminal: Terminal): Layout & { now: number } {
  return { width: terminal.size().columns, paint: terminal.paint, now: terminal.now() };
}

/** The real one. Ctrl-C aborts `interrupted` once; what runs then decides how to end. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
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
    now: Date.now,
    interrupted: controller.signal,
  };
}
