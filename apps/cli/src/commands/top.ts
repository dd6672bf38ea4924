import { setTimeout as pause } from 'node:timers/promises';
import { parseDurationMs } from '@jaegis/std';
import type { FleetClient } from '../api/fleet-client.ts';
import { badInput, CliError, done, type ExitCode } from '../errors.ts';
import { fitText } from '../format/text-width.ts';
import { formatTop } from '../format/top.ts';
import { layoutOf, type Terminal } from '../terminal.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

const topAgents = 500;
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

/** `jaegis top`: the fleet on one screen, in place on a terminal, one frame elsewhere. */
export function topCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(program, 'top', 'the fleet on one screen, live; q or Ctrl-C ends it')
    .option('--once', 'print one frame and end (always so when the output is no terminal)')
    .option('--interval <duration>', 'how often to look', '2s');
  action<{ once?: boolean; interval: string }>(program, command, async ({ flags, client }): Promise<ExitCode> => {
    const intervalMs = parseDurationMs(flags.interval);
    if (intervalMs === undefined || intervalMs < 200)
      throw new CliError(
        badInput,
        `Cannot use --interval: is "${flags.interval}", must be a duration of at least 200ms`,
      );
    if (flags.json === true) {
      writeJson(terminal, await look(client));
      return done;
    }
    if (flags.once === true || !terminal.isTty) {
      terminal.write(formatTop(await look(client), { ...layoutOf(terminal), height: terminal.size().rows }));
      return done;
    }
    await refresh(client, terminal, intervalMs);
    return done;
  });
}

async function look(client: FleetClient) {
  const [report, pools, agents] = await Promise.all([
    client.health(),
    client.pools(),
    client.agentSummaries({ limit: topAgents }),
  ]);
  return { report, pools: pools.items, agents: agents.items };
}

async function refresh(client: FleetClient, terminal: Terminal, intervalMs: number): Promise<void> {
  let last = formatTop(await look(client), { ...layoutOf(terminal), height: terminal.size().rows });
  const stopped = new AbortController();
  const signal = AbortSignal.any([terminal.interrupted, stopped.signal]);
  const release = onQuit(() => stopped.abort());
  terminal.write(enter);
  try {
    while (!signal.aborted) {
      terminal.write(frame(last, terminal));
      await pause(intervalMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      const { columns, rows } = terminal.size();
      last = await look(client).then(
        (view) => formatTop(view, { ...layoutOf(terminal), height: rows }),
        // A server that went away is said on the last picture; it may come back.
        (error: Error) =>
          `${terminal.paint(fitText(error.message, columns), 'bad')}\n${last.replace(/^.*Cannot reach.*\n/, '')}`,
      );
    }
  } finally {
    release();
    terminal.write(leave);
  }
}

/** Drawn over the one before: each line cleared to its end, the rest of the screen below. Nothing flickers. */
function frame(text: string, terminal: Terminal): string {
  const lines = text.trimEnd().split('\n').slice(0, terminal.size().rows);
  return `\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\n')}\u001b[J`;
}

/** Calls `quit` at `q` or Ctrl-C typed at a terminal; returns what gives the keyboard back. */
function onQuit(quit: () => void): () => void {
  const { stdin } = process;
  if (stdin.isTTY !== true) return () => {};
  const listen = (key: Buffer): void => {
    if (key.includes('q') || key.includes(3)) quit();
  };
  stdin.setRawMode(true);
  stdin.on('data', listen);
  return () => {
    stdin.off('data', listen);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
