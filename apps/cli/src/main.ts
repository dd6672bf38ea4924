import { runCli } from './run-cli.ts';
import { processTerminal } from './terminal.ts';

const code = await runCli(process.argv.slice(2), processTerminal());
process.exitCode = code;
