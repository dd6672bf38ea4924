/** `jaegis up`: the server. Its flags, their help and their meaning come from the one list of options in the model. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type JaegisConfig,
  parseConfig,
  resolveServerOptions,
  type ServerOptionName,
  type ServerOptions,
  serverOptions,
  unknownEnvironment,
} from '@jaegis/model';
import type { RunningServer } from '@jaegis/server';
import { Option } from 'commander';
import { badInput, CliError, done, type ExitCode, isBad } from '../errors.ts';
import { formatLogLine } from '../format/log-line.ts';
import { formatStarted } from '../format/started.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import { action, localCommand, type Program, writeJsonLine } from './shared.ts';
import { stopSignals } from './stop-signals.ts';

const forcedExitCode = 130;
const lingerMs = 2_000;
const defaultFile = 'jaegis.yaml';

export function upCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(program, 'up', 'start the server, with the dashboard and the pools of a jaegis.yaml');
  command.option('--config <file>', `configuration (JAEGIS_CONFIG; default ./${defaultFile} where there is one)`);
  for (const option of optionFlags()) command.addOption(option);
  command.addHelpText(
    'after',
    '\nEach flag is also an environment variable (--data-dir: JAEGIS_DATA_DIR) and a key under server: in the file.',
  );
  action<Record<string, string | undefined>>(program, command, async ({ flags }): Promise<ExitCode> => {
    const { config, configDir, file } = await readConfig(
      flags['config'] ?? (terminal.env['JAEGIS_CONFIG'] || undefined),
    );
    const options = resolveOptions(config, flags, terminal);
    return run({ config, configDir, file, options, terminal, isJson: flags['json'] !== undefined });
  });
}

/** One flag for each server option. */
export function optionFlags(): Option[] {
  return (Object.keys(serverOptions) as ServerOptionName[]).map((name) => {
    const { default: otherwise, help } = serverOptions[name];
    const flag = `--${name.replaceAll('_', '-')}`;
    const isSwitch = typeof otherwise === 'boolean';
    const shownDefault = otherwise === undefined || isSwitch ? '' : ` (default ${otherwise})`;
    return new Option(isSwitch ? flag : `${flag} <value>`, `${help}${shownDefault}`);
  });
}

/** Flags as commander gives them (`dataDir`) to options as the model names them (`data_dir`). */
export function namedFlags(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const name of Object.keys(serverOptions)) {
    const value = flags[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined) named[name] = value;
  }
  return named;
}

function resolveOptions(
  config: JaegisConfig,
  flags: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): ServerOptions {
  const result = resolveServerOptions({ file: config.server, environment: terminal.env, flags: namedFlags(flags) });
  if (!result.ok) throw new CliError(badInput, result.error);
  for (const line of unknownEnvironment(terminal.env)) terminal.warn(line);
  return result.options;
}

async function readConfig(
  given: string | undefined,
): Promise<{ config: JaegisConfig; configDir: string; file: string | undefined }> {
  const file = given ?? (existsSync(defaultFile) ? defaultFile : undefined);
  if (file === undefined) {
    const empty = parseConfig({});
    if (!empty.ok) throw new CliError(badInput, empty.error);
    return { config: empty.config, configDir: process.cwd(), file };
  }
  const { loadConfigFile } = await import('@jaegis/server');
  const loaded = await loadConfigFile(file);
  if (!loaded.ok) throw new CliError(badInput, loaded.error);
  return { config: loaded.config, configDir: dirname(resolve(file)), file };
}

async function run(start: {
  config: JaegisConfig;
  configDir: string;
  file: string | undefined;
  options: ServerOptions;
  terminal: Terminal;
  isJson: boolean;
}): Promise<ExitCode> {
  const { config, configDir, file, options, terminal, isJson } = start;
  const stop = stopSignals(process, {
    now: () => performance.now(),
    force: () => {
      terminal.warn('Forced: whatever still runs is adopted or replaced at the next start.');
      process.exit(forcedExitCode);
    },
  });
  const [{ startServer }, { pino }] = await Promise.all([import('@jaegis/server'), import('pino')]);
  const toStderr = pino.destination({ dest: 2, sync: true });
  // JSON for programs; on a terminal, lines for a person.
  const log = pino(
    { level: options.log_level, base: null },
    terminal.isTty && !isJson
      ? { write: (line: string) => void toStderr.write(formatLogLine(line, terminal.paint)) }
      : toStderr,
  );
  const dashboard = fileURLToPath(new URL('./dashboard', import.meta.url));
  let server: RunningServer;
  try {
    server = await startServer({
      config,
      configDir,
      options,
      log,
      version,
      ...(existsSync(dashboard) ? { dashboardDir: dashboard } : {}),
    });
  } catch (cause) {
    throw new CliError(isBad, (cause as Error).message, { cause });
  }
  const facts = {
    version,
    url: server.url,
    otlpHttpUrl: server.otlpHttpUrl,
    otlpGrpcAddress: server.otlpGrpcAddress,
    dataDir: server.dataDir,
    token: server.isNewToken ? (server.token ?? null) : null,
    config: file === undefined ? null : resolve(file),
    pools: config.pools.map((pool) => pool.name),
  };
  if (isJson) writeJsonLine(terminal, facts);
  else terminal.write(formatStarted(facts, { paint: terminal.paint, needsToken: server.token !== undefined }));
  const signal = await stop.asked;
  if (!isJson) terminal.write(`\n${signal}: stopping ${await describeFleet(server)}. Again to force.\n`);
  await server.close();
  if (!isJson) terminal.write('Stopped.\n');
  stop.release();
  // Everything is closed. Should something still keep the event loop busy, it does not keep the person waiting.
  setTimeout(() => process.exit(), lingerMs).unref();
  return done;
}

/** "6 agents in 5 pools and the server": what a person should know is going. */
async function describeFleet(server: RunningServer): Promise<string> {
  try {
    const headers: Record<string, string> =
      server.token === undefined ? {} : { authorization: `Bearer ${server.token}` };
    const response = await fetch(`${server.url}/api/fleet/pools`, { headers, signal: AbortSignal.timeout(500) });
    const { items } = (await response.json()) as {
      items: { target: string | null; currentReplicas: { ready: number; pending: number } }[];
    };
    const own = items.filter((pool) => pool.target !== null);
    const count = own.reduce((sum, pool) => sum + pool.currentReplicas.ready + pool.currentReplicas.pending, 0);
    return count === 0 ? 'the server' : `${count} agents in ${own.length} pools, then the server`;
  } catch {
    return 'the fleet, then the server';
  }
}
