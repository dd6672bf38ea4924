import { type Command, Option } from 'commander';
import { resolveConnection } from '../api/connection.ts';
import { FleetClient } from '../api/fleet-client.ts';
import { badInput, CliError, type ExitCode } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

/** Flags that every command has; those that ask a server have the address too. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

/** What a command does: it writes its answer to the terminal and says how it went. */
export type Run<Flags> = (input: {
  readonly args: readonly string[];
  readonly flags: Flags & CommonFlags;
  readonly client: FleetClient;
}) => Promise<ExitCode>;

/** Everything the commands are given to build on. */
export interface Program {
  readonly root: Command;
  readonly terminal: Terminal;
  /** Called with the exit code when a command has run. */
  readonly finish: (code: ExitCode) => void;
}

/** A command that asks a server. `usage` is commander's: `agents [id]`. */
export function serverCommand(program: Program, usage: string, description: string): Command {
  return localCommand(program, usage, description)
    .addOption(new Option('--url <url>', 'address of the server (JAEGIS_URL; default http://127.0.0.1:4300)'))
    .addOption(new Option('--token <token>', 'bearer token (JAEGIS_TOKEN, or the file DATA_DIR/token)'));
}

/** A command that needs no server. */
export function localCommand(program: Program, usage: string, description: string): Command {
  return program.root.command(usage).description(description).option('--json', 'print JSON instead of text');
}

/** Gives a command what it does. */
export function action<Flags extends object>(program: Program, command: Command, run: Run<Flags>): Command {
  return command.action(async (...given: unknown[]) => {
    const self = given.pop() as Command;
    const flags = given.pop() as Flags & CommonFlags;
    const args = given.flat().filter((arg): arg is string => typeof arg === 'string');
    const connection = hasUrl(self) ? resolveConnection(flags, program.terminal.env) : { url: '', token: undefined };
    program.finish(await run({ args, flags, client: new FleetClient(connection) }));
  });
}

function hasUrl(command: Command): boolean {
  return command.options.some((option) => option.long === '--url');
}

export function writeJson(terminal: Terminal, value: unknown): void {
  terminal.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One JSON document a line. */
export function writeJsonLine(terminal: Terminal, value: unknown): void {
  terminal.write(`${JSON.stringify(value)}\n`);
}

/** A whole number from a flag, 1 to `max`. */
export function readCount(text: string | undefined, options: { flag: string; otherwise: number; max: number }): number {
  if (text === undefined) return options.otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= options.max) return value;
  throw new CliError(badInput, `Cannot use ${options.flag}: is "${text}", must be a whole number in 1..${options.max}`);
}

/** One of a few words, or a list of them. */
export function readChoice<T extends string>(text: string, what: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new CliError(badInput, `Cannot use ${what}: is "${text}", must be one of ${choices.join(', ')}`);
}
