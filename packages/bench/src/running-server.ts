import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** The built CLI: end-to-end tests and benchmarks run what users run, from the root of the checkout. */
export const cliPath = join(process.cwd(), 'apps/cli/dist/jaegis.js');

export interface RunningServer {
  readonly url: string;
  readonly otlpUrl: string;
  readonly grpcAddress: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Ends it the hard way and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop (SIGTERM) and waits; gives its exit code. */
  stop(): Promise<number | null>;
  /** Starts the same server again on the same folder and ports. */
  restart(): Promise<RunningServer>;
}

export interface ServerSetup {
  /** Text of jaegis.yaml. */
  readonly config?: string;
  readonly configPath?: string;
  readonly dataDir?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: readonly [number, number, number];
}

/** Starts a server as its own process on free loopback ports and waits until it is ready. */
export async function startServerProcess(setup: ServerSetup = {}): Promise<RunningServer> {
  const dataDir = setup.dataDir ?? (await mkdtemp(join(tmpdir(), 'jaegis-e2e-')));
  const ports = setup.ports ?? [await freePort(), await freePort(), await freePort()];
  const [port, httpPort, grpcPort] = ports;
  let configPath = setup.configPath;
  if (setup.config !== undefined) {
    configPath = join(dataDir, 'jaegis.yaml');
    await writeFile(configPath, setup.config);
  }
  const args = [
    'up',
    '--port',
    `${port}`,
    '--otlp-http-port',
    `${httpPort}`,
    '--otlp-grpc-port',
    `${grpcPort}`,
    '--data-dir',
    dataDir,
  ];
  const child = spawn(
    process.execPath,
    [cliPath, ...args, ...(configPath === undefined ? [] : ['--config', configPath]), ...(setup.flags ?? [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...setup.env },
    },
  );
  let printed = '';
  child.stdout?.on('data', (data) => (printed += data));
  child.stderr?.on('data', (data) => (printed += data));
  const gone = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  const url = `http://127.0.0.1:${port}`;
  const server: RunningServer = {
    url,
    otlpUrl: `http://127.0.0.1:${httpPort}`,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    dataDir,
    process: child,
    output: () => printed,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return await gone;
    },
    restart: () =>
      startServerProcess({ ...setup, dataDir, ports, ...(configPath === undefined ? {} : { configPath }) }),
  };
  try {
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}:\n${printed}`);
        return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true;
      },
      { what: 'the server to be ready', timeoutMs: 60_000 },
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${(error as Error).message}\n${printed}`, { cause: error });
  }
  return server;
}

/** Stops a server and removes its folder: for `afterEach`. */
export async function discard(server: RunningServer | undefined): Promise<void> {
  if (server === undefined) return;
  if (server.process.exitCode === null && server.process.signalCode === null) await server.stop();
  await rm(server.dataDir, { recursive: true, force: true, maxRetries: 5 });
}

/** Asks again and again until the answer is truthy. Gives that answer. */
export async function until<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  options: { what: string; timeoutMs: number; everyMs?: number },
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${options.timeoutMs} ms in vain for ${options.what}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 100));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whoever reads an answer says what it expects of it
export async function getJson<T = any>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok)
    throw new Error(`${init?.method ?? 'GET'} ${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The answer as it is, whatever its status. */
export function postJson(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    ...init,
    method: init.method ?? 'POST',
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify(body),
  });
}

export interface SeenEvent {
  readonly event: string;
  /** When it reached us, epoch milliseconds. */
  readonly at: number;
  // biome-ignore lint/suspicious/noExplicitAny: whoever reads an event says what it expects of it
  readonly data: any;
}

/** Follows the event stream from now on. */
export function followEvents(url: string): { readonly events: readonly SeenEvent[]; close(): void } {
  const abort = new AbortController();
  const events: SeenEvent[] = [];
  void (async () => {
    const response = await fetch(`${url}/api/fleet/events`, { signal: abort.signal });
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      rest += chunk;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const event = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (event !== undefined && data !== undefined) events.push({ event, at: Date.now(), data: JSON.parse(data) });
      }
    }
  })().catch(() => {});
  return { events, close: () => abort.abort() };
}
