import { type PoolMode, poolModes } from '@jaegis/model';
import { done, type ExitCode, isBad } from '../errors.ts';
import { formatLinks, formatPool, formatPools } from '../format/pools.ts';
import { layoutOf } from '../terminal.ts';
import { action, type Program, readChoice, serverCommand, writeJson } from './shared.ts';

/** `jaegis pools [NAME]`, `jaegis links`, `jaegis mode POOL MODE`. */
export function poolCommands(program: Program): void {
  const { terminal } = program;
  const pools = serverCommand(program, 'pools [name]', 'the pools: replicas, load, mode; with a name, all about one');
  pools.addHelpText('after', '\nExit 1: the pool asked for by name has lost agents or a score below 50.');
  action(program, pools, async ({ args, flags, client }): Promise<ExitCode> => {
    const [wanted] = args;
    if (wanted === undefined) {
      const page = await client.pools();
      if (flags.json === true) writeJson(terminal, page);
      else terminal.write(formatPools(page.items, layoutOf(terminal)));
      return done;
    }
    const { items } = await client.pools();
    const pool = items.find((item) => item.name.endsWith(`/${wanted}`)) ?? (await client.pool(wanted));
    if (flags.json === true) writeJson(terminal, pool);
    else terminal.write(formatPool(pool, layoutOf(terminal)));
    return pool.agents.lost > 0 || pool.score < 50 ? isBad : done;
  });

  const links = serverCommand(program, 'links', 'who calls whom, how often, how fast, with how many errors');
  links.option('--pool <pool>', 'only links from or to this pool');
  action<{ pool?: string }>(program, links, async ({ flags, client }): Promise<ExitCode> => {
    const page = await client.links();
    const { pool } = flags;
    const items = page.items.filter((link) => pool === undefined || link.source === pool || link.target === pool);
    if (flags.json === true)
      writeJson(terminal, { ...page, items, total: pool === undefined ? page.total : items.length });
    else if (items.length === 0 && pool !== undefined) terminal.write(`No link from or to ${pool}.\n`);
    else
      terminal.write(
        formatLinks(
          [...items].sort((a, b) => b.rate - a.rate),
          layoutOf(terminal),
        ),
      );
    return done;
  });

  const mode = serverCommand(program, 'mode <pool> <mode>', `how a pool is scaled: ${poolModes.join(', ')}`);
  action(program, mode, async ({ args, flags, client }): Promise<ExitCode> => {
    const wanted = readChoice(args[1] ?? '', 'mode', poolModes);
    const { items } = await client.pools();
    const name = items.find((item) => item.name.endsWith(`/${args[0]}`))?.name ?? args[0] ?? '';
    const pool = await client.setMode(name, wanted);
    if (flags.json === true) writeJson(terminal, pool);
    else terminal.write(`${name} is in mode ${wanted} now: ${modeMeaning[wanted]}.\n`);
    return done;
  });
}

const modeMeaning: Readonly<Record<PoolMode, string>> = {
  auto: 'decisions are carried out',
  recommend: 'decisions are made and kept, and not carried out',
  paused: 'nothing is changed',
  'paused-in': 'replicas are added and never given back',
  'paused-out': 'replicas are given back and never added',
};
