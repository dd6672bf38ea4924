import { Command, CommanderError } from 'commander';
import { agentsCommand } from './commands/agents.ts';
import { backtestCommand } from './commands/backtest.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { checkConfigCommand } from './commands/check-config.ts';
import { decideCommand } from './commands/decide.ts';
import { detectCommand } from './commands/detect.ts';
import { explainCommand } from './commands/explain.ts';
import { fleetCommand } from './commands/fleet.ts';
import { forecastCommand } from './commands/forecast.ts';
import { historyCommands } from './commands/history.ts';
import { loadgenCommand } from './commands/loadgen.ts';
import { operateCommands } from './commands/operate.ts';
import { poolCommands } from './commands/pools.ts';
import { queryCommand } from './commands/query.ts';
import type { Program } from './commands/shared.ts';
import { testCommand } from './commands/test.ts';
import { topCommand } from './commands/top.ts';
import { tuningCommand } from './commands/tuning.ts';
import { upCommand } from './commands/up.ts';
import { whatIfCommand } from './commands/what-if.ts';
import { badInput, CliError, done, type ExitCode } from './errors.ts';
import { safeText } from './format/text-width.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs one command line (without `node` and the script) and resolves with its exit code. Never rejects for a user's mistake. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = done;
  const root = new Command('jaegis')
    .description('Watches a fleet of agents, says what is wrong and why, and keeps the fleet the right size.')
    .version(version, '-v, --version', 'print the version')
    .helpCommand('help [command]', 'what a command does, and its options')
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: () => {}, // said once, by `explainMistake`
      getOutHelpWidth: () => Math.min(100, terminal.size().columns),
      getOutHasColors: () => false,
    });
  const program: Program = {
    root,
    terminal,
    finish: (code) => {
      exitCode = code;
    },
  };
  upCommand(program);
  topCommand(program);
  agentsCommand(program);
  poolCommands(program);
  historyCommands(program);
  tuningCommand(program);
  explainCommand(program);
  whatIfCommand(program);
  queryCommand(program);
  detectCommand(program);
  operateCommands(program);
  fleetCommand(program);
  forecastCommand(program);
  loadgenCommand(program);
  checkConfigCommand(program);
  backupCommand(program);
  restoreCommand(program);
  decideCommand(program);
  backtestCommand(program);
  testCommand(program);
  if (args.length === 0) {
    terminal.write(root.helpInformation());
    return done;
  }
  try {
    await root.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explainMistake(error, { args, terminal, commands: root.commands.map((command) => command.name()) });
  }
}

function explainMistake(
  error: unknown,
  input: { args: readonly string[]; terminal: Terminal; commands: string[] },
): ExitCode {
  const { args, terminal, commands } = input;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return done;
    const name = commands.find((command) => args.includes(command));
    const subject = name === undefined ? 'jaegis' : `jaegis ${name}`;
    const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    const wanted =
      error.code === 'commander.unknownCommand' && name === undefined
        ? `must be one of ${commands.join(', ')}`
        : `must be as ${subject} --help says`;
    terminal.warn(`Cannot run ${subject}: ${message}, ${wanted}`);
    return badInput;
  }
  if (!(error instanceof CliError)) throw error;
  terminal.warn(safeText(error.message));
  return error.exitCode;
}
