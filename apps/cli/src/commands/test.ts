import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { badInput, CliError, done, type ExitCode, isBad, unreadable } from '../errors.ts';
import { stateTone } from '../format/state.ts';
import { action, localCommand, type Program, writeJson } from './shared.ts';

/** `jaegis test FILE...`: the scripts that test JAEGIS itself, for one's own policies, rules and recordings. */
export function testCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(
    program,
    'test <files...>',
    'run test scripts: .scaling, .detect, .promql, .alert, and rule tests in YAML as promtool reads them',
  );
  command.addHelpText('after', '\nExit 1: an expectation failed.');
  action(program, command, async ({ args, flags }): Promise<ExitCode> => {
    const results = [];
    for (const file of args) {
      const run = await runnerOf(file);
      results.push({ file, ...(await run(await readScript(file))) });
    }
    if (flags.json === true) writeJson(terminal, { items: results, total: results.length, next: null });
    else
      for (const { file, ok, failures, cases } of results) {
        const share = cases === undefined ? '' : `  ${cases - failures.length} of ${cases}`;
        terminal.write(
          `${terminal.paint(ok ? '● pass' : '✖ fail', stateTone(ok ? 'healthy' : 'unhealthy'))}  ${file}${share}\n`,
        );
        for (const failure of failures) terminal.write(`  ${file}:${failure.line}: ${failure.message}\n`);
      }
    return results.every((result) => result.ok) ? done : isBad;
  });
}

interface ScriptResult {
  readonly ok: boolean;
  readonly failures: readonly { readonly line: number; readonly message: string }[];
  /** Evaluations in the script, where its kind counts them. */
  readonly cases?: number;
}

/** What runs a script is told by how its name ends; Prometheus' own scripts end in `.test`. */
async function runnerOf(file: string): Promise<(text: string) => ScriptResult | Promise<ScriptResult>> {
  if (file.endsWith('.scaling')) return (await import('@jaegis/scaling')).runScalingScript;
  if (file.endsWith('.promql') || file.endsWith('.test')) return (await import('@jaegis/promql')).runPromqlScript;
  if (file.endsWith('.detect')) {
    const [{ runDetectScript }, { readTable }] = await Promise.all([
      import('@jaegis/analytics'),
      import('../detect/read-table.ts'),
    ]);
    return (text) => runDetectScript(text, (table) => readTable(resolve(dirname(file), table)));
  }
  if (/\.(alert|ya?ml)$/.test(file)) {
    const { runRuleTests } = await import('@jaegis/server');
    return () => runRuleTests(file);
  }
  throw new CliError(
    badInput,
    `Cannot test ${file}: its kind is not known, must end in .scaling, .detect, .promql, .test, .alert, .yml or .yaml`,
  );
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
