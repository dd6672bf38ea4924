import { type LoadProgress, type LoadSummary, runLoad } from '@jaegis/bench';
import { formatDuration, parseDurationMs } from '@jaegis/std';
import { badInput, CliError, done, type ExitCode, isBad } from '../errors.ts';
import { action, type Program, readChoice, readCount, serverCommand, writeJson } from './shared.ts';

interface Flags {
  readonly agents?: string;
  readonly series?: string;
  readonly interval?: string;
  readonly duration?: string;
  readonly protocol?: string;
  readonly batch?: string;
  readonly connections?: string;
  readonly run?: string;
}

const protocols = ['otlp', 'remote-write'] as const;
const maxSeries = 4_000_000;

/** `jaegis loadgen`: a made fleet reports for a while, and what became of it is said. */
export function loadgenCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(program, 'loadgen', 'a real load against a server, bounded in time')
    .option('--agents <n>', 'agents that report (default 100)')
    .option('--series <m>', 'series of each agent (default 50)')
    .option('--interval <duration>', 'how often each reports (default 10s; a bare number is seconds)')
    .option('--duration <duration>', 'how long (default 60s)')
    .option('--protocol <protocol>', `${protocols.join(' or ')} (default otlp)`)
    .option('--batch <samples>', 'samples in a request (default: one agent; remote-write 2000)')
    .option('--connections <n>', 'connections at once (default 16)')
    .option('--run <name>', 'the same name gives the same series again (default: another one each time)')
    .addHelpText(
      'after',
      '\nThe agents appear in the server like any others, and are lost when the load ends. Quantiles leave out the first two\nintervals, in which every series is new.\nExit 1: something was refused or late.',
    );
  action<Flags>(program, command, async ({ flags, client }): Promise<ExitCode> => {
    const agents = readCount(flags.agents, { flag: '--agents', otherwise: 100, max: 1_000_000 });
    const series = readCount(flags.series, { flag: '--series', otherwise: 50, max: 100_000 });
    if (agents * series > maxSeries)
      throw new CliError(
        badInput,
        `Cannot make the load: --agents ${agents} x --series ${series} is ${agents * series} series, must be at most ${maxSeries}`,
      );
    const protocol = readChoice(flags.protocol ?? 'otlp', '--protocol', protocols);
    const batch = readCount(flags.batch, {
      flag: '--batch',
      otherwise: protocol === 'otlp' ? series : 2_000,
      max: 1_000_000,
    });
    // A wrong address is an error of its own, said before any load is made.
    await client.health();
    const summary = await runLoad({
      load: {
        agents,
        seriesPerAgent: series,
        samplesPerRequest: batch,
        run: flags.run ?? `load${terminal.now().toString(36)}`,
      },
      protocol,
      intervalMs: readDuration('--interval', flags.interval ?? '10s'),
      durationMs: readDuration('--duration', flags.duration ?? '60s'),
      url: client.connection.url,
      token: client.connection.token,
      connections: readCount(flags.connections, { flag: '--connections', otherwise: 16, max: 1_000 }),
      signal: terminal.interrupted,
      progressEveryMs: 5_000,
      onProgress: (so) => terminal.warn(progressLine(so)),
    });
    if (flags.json === true) writeJson(terminal, summary);
    else terminal.write(summaryText(summary));
    return summary.refused + summary.late === 0 ? done : isBad;
  });
}

function progressLine(so: LoadProgress): string {
  return [
    formatDuration(so.elapsedS * 1_000).padStart(6),
    `${Math.round(so.samplesPerSecond)} samples/s`,
    `${so.refused} refused`,
    `${so.late} late`,
    `answered p99 ${ms(so.answerMsP99)}`,
    `visible p99 ${ms(so.visibleMsP99)}`,
    ...(so.serverMemoryBytes === null ? [] : [`server ${mebibytes(so.serverMemoryBytes)}`]),
  ].join('  ');
}

function summaryText(summary: LoadSummary): string {
  const { answerMs, visibleMs, serverMemory } = summary;
  const statuses = Object.entries(summary.statuses).map(
    ([status, count]) => `${status === '0' ? 'no answer' : status}: ${count}`,
  );
  const lines = [
    ['load', `${summary.agents} agents, ${summary.series} series, ${formatDuration(summary.elapsedS * 1_000)}`],
    [
      'taken',
      `${summary.samples} samples, ${Math.round(summary.samplesPerSecond)} a second, in ${summary.requests} requests (${statuses.join(', ')})`,
    ],
    ['refused', `${summary.refused} samples${summary.firstRefusal === '' ? '' : `, first ${summary.firstRefusal}`}`],
    ['late', `${summary.late} samples were not sent in time`],
    ['answered', `p50 ${ms(answerMs.p50)}, p99 ${ms(answerMs.p99)}, slowest ${ms(answerMs.max)}`],
    [
      'visible',
      `p50 ${ms(visibleMs.p50)}, p99 ${ms(visibleMs.p99)}, slowest ${ms(visibleMs.max)} (${visibleMs.probes} probes)`,
    ],
    ...(serverMemory.length === 0
      ? []
      : [
          [
            'memory',
            `the server's ${mebibytes(serverMemory[0]!.bytes)} at first, ${mebibytes(serverMemory.at(-1)!.bytes)} at last`,
          ],
        ]),
  ];
  return `${lines.map(([name, text]) => `${name!.padEnd(10)}${text}`).join('\n')}\n`;
}

function ms(value: number | null): string {
  return value === null ? 'unknown' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function readDuration(flag: string, text: string): number {
  const found = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : parseDurationMs(text);
  if (found !== undefined && found >= 100) return found;
  throw new CliError(badInput, `Cannot use ${flag}: is "${text}", must be a duration of at least 100ms such as 10s`);
}
