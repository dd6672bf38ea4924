import type { WhatIfPolicy } from '@jaegis/model';
import { parseDurationMs } from '@jaegis/std';
import type { FastifyInstance } from 'fastify';
import type { BacktestRunner } from '../backtest/backtest-runner.ts';
import { longestMs, prepareWhatIf, type WhatIfQuestion } from '../backtest/what-if-job.ts';
import type { Core } from '../core/core.ts';
import { badRequest, notFound, sendError } from './answer.ts';
import { jsonOf } from './ingest-routes.ts';

/**
 * POST /api/fleet/pools/{name}/backtest: another policy on the pool's recorded load, by NDJSON: lines of
 * `{"progress":0..1}`, then one `{"report":...}` or `{"error":...}`. Closing the connection cancels it.
 */
export function backtestRoutes(app: FastifyInstance, core: Core, runner: BacktestRunner): void {
  app.post('/api/fleet/pools/:name/backtest', async (request, reply) => {
    const { name } = request.params as { name: string };
    const body = jsonOf(request, reply);
    if (body === undefined) return reply;
    const entry = core.fleet.pools.get(name);
    if (entry === undefined) return notFound(reply, 'pool', name);
    const question = readQuestion(body, core.clock.now());
    if (typeof question === 'string') return badRequest(reply, `Cannot backtest pool ${name}: ${question}`);
    if (runner.isBusy)
      return sendError(reply.header('retry-after', '5'), 429, {
        code: 'busy',
        message: `Cannot backtest pool ${name}: another backtest is running, must be over first`,
      });
    const prepared = prepareWhatIf(core.fleet.store, entry, question);
    if ('status' in prepared) {
      const { status, code, message } = prepared;
      return sendError(reply, status, { code, message });
    }

    const { raw } = reply;
    const gone = new AbortController();
    reply.hijack();
    raw.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    raw.on('close', () => gone.abort());
    const say = (line: object): void => {
      if (!raw.destroyed) raw.write(`${JSON.stringify(line)}\n`);
    };
    say({ progress: 0 });
    try {
      const onProgress = (progress: number): void => say({ progress: Number(progress.toFixed(3)) });
      say({ report: prepared.report(await runner.run(prepared.job, { signal: gone.signal, onProgress })) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!gone.signal.aborted) core.log.warn({ err: error }, `Cannot backtest pool ${name}: ${why}`);
      say({ error: { code: 'failed', message: `Cannot backtest pool ${name}: ${why}` } });
    }
    raw.end();
    return reply;
  });
}

type Body = Readonly<Record<string, unknown>>;

const names = ['range', 'from', 'to', 'policy', 'minReplicas', 'maxReplicas', 'utilization', 'startup'];

/** What is asked, or what is wrong with it in words. */
function readQuestion(body: Body, now: number): WhatIfQuestion | string {
  const unknown = Object.keys(body).find((name) => !names.includes(name));
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is not known, must be one of ${names.join(', ')}`;
  const stretch = readStretch(body, now);
  if (typeof stretch === 'string') return stretch;
  const whole = ['minReplicas', 'maxReplicas'].find(
    (name) => body[name] !== undefined && !(Number.isInteger(body[name]) && (body[name] as number) >= 0),
  );
  if (whole !== undefined) return `${whole} is ${JSON.stringify(body[whole])}, must be a whole number of at least 0`;
  const { utilization } = body;
  if (utilization !== undefined && !(typeof utilization === 'number' && utilization > 0 && utilization <= 1))
    return `utilization is ${JSON.stringify(utilization)}, must be above 0 and at most 1`;
  const startupMs = body['startup'] === undefined ? undefined : parseDurationMs(String(body['startup']));
  if (body['startup'] !== undefined && (startupMs === undefined || startupMs > 3_600_000))
    return `startup is ${JSON.stringify(body['startup'])}, must be a duration of at most 1h`;
  const other = {
    policy: body['policy'],
    minReplicas: body['minReplicas'],
    maxReplicas: body['maxReplicas'],
    utilization,
    startupMs,
  };
  const given = Object.fromEntries(Object.entries(other).filter(([, value]) => value !== undefined));
  return { ...stretch, other: given as WhatIfPolicy };
}

function readStretch(body: Body, now: number): { from: number; to: number } | string {
  let { from, to } = body;
  if (body['range'] !== undefined) {
    const rangeMs = parseDurationMs(String(body['range']));
    if (rangeMs === undefined) return `range is ${JSON.stringify(body['range'])}, must be a duration like 1h, 1d or 7d`;
    [from, to] = [now - rangeMs, now];
  }
  if (typeof from !== 'number' || typeof to !== 'number')
    return 'range, or from and to (epoch milliseconds), are missing, must be given';
  if (!(to > from) || to - from > longestMs)
    return `the time asked for is ${Math.round((to - from) / 1_000)} s long, must be above 0 and at most ${longestMs / 86_400_000} days`;
  return { from, to: Math.min(to, now) };
}
