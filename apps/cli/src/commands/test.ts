import { readFile } from 'node:fs/promises';
import { badInput, CliError, done, type ExitCode, isBad } from '../errors.ts';
import { stateTone } from '../format/state.ts';
import { action, localCommand, type Program, writeJson } from './shared.ts';

/** `jaegis test FILE...`: the scripts that test JAEGIS itself, for one's own policies. */
export function testCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(program, 'test <files...>', 'run test scripts: .scaling');
  command.addHelpText('after', '\nExit 1: an expectation failed.');
  action(program, command, async ({ args, flags }): Promise<ExitCode> => {
    const { runScalingScript } = await import('@jaegis/scaling');
    const results = [];
    for (const file of args) {
      if (!file.endsWith('.scaling'))
        throw new CliError(badInput, `Cannot test ${file}: its kind is not known, must end in .scaling`);
      const { ok, failures } = runScalingScript(await readScript(file));
      results.push({ file, ok, failures });
    }
    if (flags.json === true) writeJson(terminal, { items: results, total: results.length, next: null });
    else
      for (const { file, ok, failures } of results) {
        terminal.write(
          `${terminal.paint(ok ? '● pass' : '✖ fail', stateTone(ok ? 'healthy' : 'unhealthy'))}  ${file}\n`,
        );
        for (const failure of failures) terminal.write(`  ${file}:${failure.line}: ${failure.message}\n`);
      }
    return results.every((result) => result.ok) ? done : isBad;
  });
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(
      badInput,
      `Cannot read ${file}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}, must be a readable file`,
      { cause },
    );
  }
}
