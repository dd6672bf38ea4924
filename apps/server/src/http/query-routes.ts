import type { PreparedQuery, QueryAnswer } from '@jaegis/promql';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import type { QueryRunner, Timings } from '../query/query-runner.ts';
import { type Query, text } from './answer.ts';
import {
  BadParameter,
  both,
  durationParameter,
  limitParameter,
  sendBadData,
  timeParameter,
} from './prometheus-params.ts';
import { awayWarnings } from './store-answers.ts';

/** Prometheus' own limit: more points than this a series is a mistake in the step. */
const maxPointsPerSeries = 11_000;
/** One answer may not take the memory of all the others: ten million points are about 300 MB of text. */
const queryLimits = { maxPoints: 10_000_000, maxPointsPerSeries };
/** As long as Prometheus gives a query; a smaller `timeout` may be asked for. */
const maxTimeoutMs = 120_000;

const statusOf: Record<string, number> = { bad_data: 400, execution: 422, canceled: 503, timeout: 503 };

/** What a query's answer depends on, beside the samples. */
interface QueryCore extends Pick<Core, 'clock'> {
  /** Left out while the server starts. */
  readonly fleet?: Pick<Core['fleet'], 'queryStore' | 'selfMetrics'>;
}

/** `/api/v1/query` and `/api/v1/query_range`. */
export function queryRoutes(app: FastifyInstance, core: QueryCore, runner: QueryRunner): void {
  both(app, '/api/v1/query', (query, reply, request) => {
    const startMs = timeParameter(query, 'time', core.clock.now());
    return send({ core, runner }, { query, reply, request }, { startMs, endMs: startMs, stepMs: 0 });
  });

  both(app, '/api/v1/query_range', (query, reply, request) => {
    const startMs = timeParameter(query, 'start');
    const endMs = timeParameter(query, 'end');
    if (endMs < startMs)
      return sendBadData(reply, 'invalid parameter "end": end timestamp must not be before start time');
    const stepMs = durationParameter(query, 'step');
    if (stepMs === undefined)
      return sendBadData(reply, 'invalid parameter "step": cannot parse "" to a valid duration');
    if (stepMs <= 0) {
      return sendBadData(
        reply,
        'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
      );
    }
    if ((endMs - startMs) / stepMs > maxPointsPerSeries) {
      return sendBadData(
        reply,
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      );
    }
    return send({ core, runner }, { query, reply, request }, { startMs, endMs, stepMs });
  });
}

interface Asked {
  readonly query: Query;
  readonly reply: FastifyReply;
  readonly request: FastifyRequest;
}

async function send(
  { core, runner }: { core: QueryCore; runner: QueryRunner },
  { query, reply, request }: Asked,
  steps: PreparedQuery['steps'],
): Promise<FastifyReply> {
  const lookbackMs = durationParameter(query, 'lookback_delta');
  if (lookbackMs !== undefined && lookbackMs <= 0)
    throw new BadParameter('invalid parameter "lookback_delta": must be greater than 0');
  const timeoutMs = Math.min(maxTimeoutMs, durationParameter(query, 'timeout') ?? maxTimeoutMs);
  const prepared: PreparedQuery = {
    expr: text(query, 'query') ?? '',
    steps,
    options: { ...queryLimits, ...(lookbackMs !== undefined && { lookbackMs }) },
    limit: limitParameter(query),
  };
  const { answer, timings } = await whileConnected(request, (signal) => runner.run(prepared, { timeoutMs, signal }));
  const selfMetrics = core.fleet?.selfMetrics;
  selfMetrics?.count('jaegis_queries_total', { outcome: answer.ok ? 'success' : answer.errorType });
  selfMetrics?.observe('jaegis_query_duration_seconds', (timings.readMs + timings.evaluateMs) / 1_000);
  if (!answer.ok) {
    const { errorType, error } = answer;
    return reply.code(statusOf[errorType] ?? 422).send({ status: 'error', errorType, error });
  }
  const stats = text(query, 'stats') === undefined ? '' : `,"stats":${JSON.stringify(statsOf(answer, timings))}`;
  const { data, infos } = answer;
  const warnings = [...answer.warnings, ...awayWarnings(core)];
  const told = (name: string, texts: readonly string[]) =>
    texts.length === 0 ? '' : `,"${name}":${JSON.stringify(texts)}`;
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(
      Buffer.concat([
        Buffer.from('{"status":"success","data":'),
        data.subarray(0, -1),
        Buffer.from(`${stats}}${told('warnings', warnings)}${told('infos', infos)}}`),
      ]),
    );
}

/** Runs with a signal that is aborted when the one who asked has gone before the answer. */
async function whileConnected<T>(request: FastifyRequest, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { socket } = request.raw;
  const abort = (): void => controller.abort();
  socket?.once('close', abort);
  try {
    return await run(controller.signal);
  } finally {
    socket?.off('close', abort);
  }
}

function statsOf(answer: QueryAnswer & { ok: true }, { readMs, evaluateMs }: Timings) {
  const seconds = (ms: number) => ms / 1_000;
  return {
    timings: {
      evalTotalTime: seconds(readMs + evaluateMs),
      resultSortTime: 0,
      queryPreparationTime: seconds(readMs),
      innerEvalTime: seconds(evaluateMs),
      execQueueTime: 0,
      execTotalTime: seconds(readMs + evaluateMs),
    },
    samples: { totalQueryableSamples: answer.samplesRead, peakSamples: answer.samplesRead },
  };
}
