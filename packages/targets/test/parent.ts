import { seededRng } from '@jaegis/std';
import { createProcessTarget, ProcessLimit } from '../src/index.ts';
import { realClock } from './real-clock.ts';

/** A stand-in for JAEGIS, to be killed: starts so many of a command and says when they are ready. */
const [dataDir, count, ...command] = process.argv.slice(2);
const target = await createProcessTarget({
  pool: 'test/light',
  config: { command, env: {}, drain_deadline: 2_000 },
  clock: realClock,
  rng: seededRng(2),
  dataDir: dataDir!,
  baseEnv: { PATH: process.env['PATH'] },
  configDir: dataDir!,
  limit: new ProcessLimit(100),
});
await target.scale(Number(count), { now: realClock.now(), reason: 'parent' });
const watch = realClock.every(20, () => {
  const { replicas } = target.observe(realClock.now());
  if (replicas.ready !== Number(count)) return;
  watch();
  process.stdout.write(`${JSON.stringify([...target.pids()])}\n`);
});
