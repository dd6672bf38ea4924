import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { SenderLimiter } from '@jaegis/ingest';
import type { ServerOptions } from '@jaegis/model';
import type { MetricsReader } from '@jaegis/tsdb';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BacktestRunner } from '../backtest/backtest-runner.ts';
import type { Core } from '../core/core.ts';
import { QueryRunner, type SampleStore } from '../query/query-runner.ts';
import { adminRoutes } from './admin-routes.ts';
import { alertmanagerRoutes } from './alertmanager/alertmanager-routes.ts';
import { sendError } from './answer.ts';
import { backtestRoutes } from './backtest-routes.ts';
import { federateRoutes } from './federate-routes.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { guard } from './guard.ts';
import { heartbeatRoute, otlpRoutes, prometheusWriteRoutes } from './ingest-routes.ts';
import { metricMetadataRoutes } from './metric-metadata-routes.ts';
import { openApiRoutes } from './open-api.ts';
import { prometheusRoutes } from './prometheus-routes.ts';
import { queryRoutes } from './query-routes.ts';
import { ruleRoutes } from './rule-routes.ts';
import { statusRoutes, walReplayRoute } from './status-routes.ts';
import { storeAnswers } from './store-answers.ts';

export interface HttpOptions {
  readonly options: ServerOptions;
  readonly token: string | undefined;
  /** Shared by all ports. */
  readonly limiter: SenderLimiter;
  /** Folder of the built dashboard, where there is one. */
  readonly dashboardDir: string | undefined;
  /** Takes a snapshot of the data folder and gives its name. */
  readonly snapshot: () => Promise<string>;
  /** Evaluates queries; in this thread when left out. */
  readonly queries?: QueryRunner;
}

const contentSecurityPolicy =
  "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** What every port needs. */
type AppCore = Pick<Core, 'clock' | 'counters' | 'log'>;

/** What can be asked while the log of the metrics is still being read. */
export interface WaitingCore extends AppCore {
  readonly store: Pick<MetricsReader, 'find'>;
}

/** The main port until all is there: questions over the blocks on the disk, probes; all else is told to come again. */
export function createWaitingApp(core: WaitingCore, http: HttpOptions): FastifyInstance {
  const app = createApp(core, http);
  queryRoutes(app, core, inThisThread(core.store, http));
  walReplayRoute(app, 'in progress');
  app.get('/healthz', (_request, reply) => reply.send('ok\n'));
  app.get('/readyz', (_request, reply) => reply.code(503).send('starting\n'));
  app.setNotFoundHandler((_request, reply) =>
    sendError(reply.header('retry-after', '2'), 503, {
      code: 'starting',
      message: 'Cannot serve this yet: the log of the metrics is being read, must be read first; come again in 2 s',
    }),
  );
  return app;
}

/** The main port: dashboard, APIs, OTLP over HTTP, probes, metrics. */
export function createMainApp(core: Core, http: HttpOptions): FastifyInstance {
  const app = createApp(core, http);
  otlpRoutes(app, core);
  prometheusWriteRoutes(app, core);
  heartbeatRoute(app, core);
  fleetRoutes(app, core);
  backtestRoutes(app, core, new BacktestRunner());
  storeAnswers(app, core);
  prometheusRoutes(app, core, http.queries ?? inThisThread(core.store, http));
  metricMetadataRoutes(app, core);
  ruleRoutes(app, core);
  statusRoutes(app, core);
  federateRoutes(app, core);
  alertmanagerRoutes(app, core);
  adminRoutes(app, core, http.snapshot);
  openApiRoutes(app, core.version);
  app.get('/healthz', (_request, reply) => reply.send('ok\n'));
  app.get('/readyz', (_request, reply) =>
    core.isReady() ? reply.send('ready\n') : reply.code(503).send('starting\n'),
  );
  app.get('/metrics', (_request, reply) =>
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(core.views.metricsPage()),
  );
  serveDashboard(app, http.dashboardDir);
  return app;
}

function inThisThread(store: SampleStore, { options }: HttpOptions): QueryRunner {
  return new QueryRunner({ store, stopwatch: () => performance.now(), maxSamples: options.query_max_samples });
}

/** The OTLP port: only telemetry. */
export function createOtlpApp(core: Core, http: HttpOptions): FastifyInstance {
  const app = createApp(core, http);
  otlpRoutes(app, core);
  app.get('/healthz', (_request, reply) => reply.send('ok\n'));
  app.setNotFoundHandler(answerNotFound);
  return app;
}

function createApp(core: AppCore, http: HttpOptions): FastifyInstance {
  const { options, limiter } = http;
  const app = fastify({
    logger: false,
    bodyLimit: options.body_limit_bytes,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: true,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    exposeHeadRoutes: false,
    // What is refused before a route is found (a path that cannot be decoded, a name that is too long) and before there
    // is a request at all (headers that are no HTTP) has the same form as every other error.
    frameworkErrors: (error, _request, reply) => {
      core.counters.rejected('http', 'bad_request', 1);
      return sendError(reply as FastifyReply, error.statusCode ?? 400, {
        code: 'bad_request',
        message: shortMessage(error.message),
      });
    },
    clientErrorHandler: (error, socket) => {
      if (answerBadClient(error, socket)) core.counters.rejected('http', 'bad_request', 1);
    },
  });
  app.server.maxConnections = options.connection_limit;
  const decoder = (_request: unknown, body: Buffer, done: (error: Error | null, body: Buffer) => void) =>
    done(null, body);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, decoder);

  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', contentSecurityPolicy);
    const verdict = guard(
      {
        method: request.method,
        path: request.url.split('?')[0] ?? '/',
        host: request.headers.host,
        origin: request.headers.origin,
        fetchSite: request.headers['sec-fetch-site'] as string | undefined,
        authorization: request.headers.authorization,
      },
      { listen: options.listen, token: http.token },
    );
    if (!verdict.ok) {
      core.counters.rejected('http', verdict.code, 1);
      if (verdict.status === 401) reply.header('www-authenticate', 'Bearer');
      return sendError(reply, verdict.status, verdict);
    }
    const taken = limiter.take(request.ip, core.clock.now());
    if (taken !== true) {
      core.counters.rejected('http', 'rate_limited', 1);
      reply.header('retry-after', String(Math.ceil(taken.retryAfterMs / 1_000)));
      return sendError(reply, 429, {
        code: 'rate_limited',
        message: `Cannot serve ${request.ip}: more than ${options.requests_per_second_per_sender} requests a second, must be fewer`,
      });
    }
    return undefined;
  });

  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      core.log.error(
        { err: error, url: request.url },
        `BUG: ${request.method} ${request.url.split('?')[0]} threw: ${error.message}`,
      );
    if (status < 500) core.counters.rejected('http', status === 413 ? 'too_large' : 'bad_request', 1);
    const code = status === 413 ? 'too_large' : status < 500 ? 'bad_request' : 'internal';
    sendError(reply, status, {
      code,
      message:
        status >= 500
          ? `Cannot serve ${request.method} ${request.url.split('?')[0]}: an error of ours, see the log`
          : error.message,
    });
  });
  return app;
}

/**
 * The last words on a connection whose bytes were no HTTP request: headers too large, too slow, not HTTP. False when the
 * other side had hung up: then nothing was asked, and nothing was refused.
 */
function answerBadClient(error: NodeJS.ErrnoException, socket: Socket): boolean {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return false;
  }
  const [status, words] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'the headers are too large, must be at most 16 KiB']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'the request took too long to arrive, must be whole within 60 s']
        : ['400 Bad Request', 'it is not HTTP/1.1, must be'];
  const body = JSON.stringify({ error: { code: 'bad_request', message: `Cannot read the request: ${words}` } });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  return true;
}

/** Messages repeat what was sent; nobody needs all of it. */
function shortMessage(message: string): string {
  return message.length > 300 ? `${message.slice(0, 150)} … ${message.slice(-100)}` : message;
}

function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0] ?? '/';
  return sendError(reply, 404, { code: 'not_found', message: `Cannot find ${request.method} ${path}: see /api/docs` });
}

/**
 * The dashboard's files, as they lie there now: who builds it anew beside a running server is served the new one. Any other
 * path that is not an API's opens its first page, for its own router.
 */
function serveDashboard(app: FastifyInstance, folder: string | undefined): void {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) {
    app.get('/', (_request, reply) =>
      reply
        .type('text/plain')
        .send('JAEGIS runs, but its dashboard is not built. Run `npm run build`. The API is described at /api/docs.\n'),
    );
    app.setNotFoundHandler(answerNotFound);
    return;
  }
  app.register(fastifyStatic, {
    root: folder,
    immutable: true,
    maxAge: '1y',
    // Where a packed file lies beside a file (the dashboard's build makes them), it goes to whoever takes it.
    preCompressed: true,
    setHeaders: (response, path) => {
      response.setHeader('vary', 'accept-encoding');
      if (path.endsWith('.html')) response.setHeader('cache-control', 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const isPage =
      request.method === 'GET' && !path.startsWith('/api/') && !path.startsWith('/v1/') && !path.startsWith('/assets/');
    if (isPage) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return sendError(reply, 404, {
      code: 'not_found',
      message: `Cannot find ${request.method} ${path}: see /api/docs`,
    });
  });
}
