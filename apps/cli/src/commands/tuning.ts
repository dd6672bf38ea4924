import { done, type ExitCode } from '../errors.ts';
import { formatTuning } from '../format/tuning.ts';
import { layoutOf } from '../terminal.ts';
import { action, type Program, readCount, serverCommand, writeJson } from './shared.ts';

/** `jaegis tuning [POOL]`: which scaling parameters outcomes have changed, why, and whether that did any good. */
export function tuningCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(
    program,
    'tuning [pool]',
    'what was tuned from the outcomes of decisions: why, and whether it was kept or undone',
  );
  command.option('--limit <n>', 'how many (default: 50)');
  action<{ limit?: string }>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [wanted] = args;
    const limit = readCount(flags.limit, { flag: '--limit', otherwise: 50, max: 500 });
    const pools = wanted === undefined ? [] : (await client.pools()).items;
    const pool = pools.find((item) => item.name.endsWith(`/${wanted}`))?.name ?? wanted;
    const page = await client.tuning({ limit, pool });
    if (flags.json === true) writeJson(terminal, page);
    else terminal.write(formatTuning(page.items, layoutOf(terminal)));
    return done;
  });
}
