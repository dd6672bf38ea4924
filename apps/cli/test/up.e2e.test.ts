import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// The real thing: the CLI as it is bundled, the server inside it, the example fleet as its processes.
const cliFolder = fileURLToPath(new URL('..', import.meta.url));
const fleetFolder = fileURLToPath(new URL('../../../examples/research-fleet', import.meta.url));
const agentFolder = fileURLToPath(new URL('../../../packages/agent', import.meta.url));
const made: string[] = [];
let cli = '';
let dataDir = '';
let up: ChildProcess;
let url = '';
let said = '';

async function bundle(folder: string, entry: string, from: readonly string[]): Promise<string> {
  // Inside the package, so that third-party packages are found from there.
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const outdir = mkdtempSync(join(folder, 'dist/.e2e-'));
  made.push(outdir);
  const external = from
    .flatMap((each) => Object.keys(JSON.parse(readFileSync(join(each, 'package.json'), 'utf8')).dependencies))
    .filter((name) => !name.startsWith('@jaegis/'));
  await build({
    entryPoints: { main: join(folder, entry) },
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    external,
    define: { JAEGIS_VERSION: '"1.2.3"' },
  });
  return join(outdir, 'main.js');
}

beforeAll(async () => {
  cli = await bundle(cliFolder, 'src/main.ts', [cliFolder]);
  const agent = await bundle(fleetFolder, 'src/main.ts', [fleetFolder, agentFolder]);
  dataDir = mkdtempSync(join(tmpdir(), 'jaegis-up-'));
  made.push(dataDir);
  const config = join(dataDir, 'jaegis.yaml');
  writeFileSync(config, readFileSync(join(fleetFolder, 'jaegis.yaml'), 'utf8').replaceAll('dist/main.js', agent));
  const ports = ['--port', '0', '--otlp-grpc-port', '0', '--otlp-http-port', '0', '--log-level', 'warn'];
  up = spawn(
    process.execPath,
    [cli, 'up', '--json', '--config', config, '--data-dir', join(dataDir, 'data'), ...ports],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  up.stdout!.on('data', (bytes: Buffer) => {
    said += bytes.toString('utf8');
  });
  await until(() => said.includes('\n') || up.exitCode !== null, 'up says where it is');
  url = (JSON.parse(said.split('\n')[0]!) as { url: string }).url;
  await until(async () => (await agents()).length >= 6, 'six agents have joined');
});

afterAll(async () => {
  if (up.exitCode === null) {
    up.kill('SIGTERM');
    await until(() => up.exitCode !== null, 'up has ended').catch(() => up.kill('SIGKILL'));
  }
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`gave up waiting: ${what}`);
}

function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, JAEGIS_URL: url, COLUMNS: '100' } });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString('utf8');
    });
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes.toString('utf8');
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

interface AgentRow {
  instanceId: string;
  pool: string;
  connectivity: string;
  labels: Record<string, string>;
}

async function agents(): Promise<AgentRow[]> {
  const { out } = await run('agents', '--json', '--state', 'live');
  return out === '' ? [] : (JSON.parse(out) as { items: AgentRow[] }).items;
}

describe('against the real server', () => {
  test('up says where everything is', () => {
    expect(JSON.parse(said.split('\n')[0]!)).toMatchObject({
      version: '1.2.3',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      otlpHttpUrl: expect.stringMatching(/^http:/),
      pools: expect.arrayContaining(['research/reader']),
      token: null,
    });
  });

  test('every list answers with a table and with JSON', async () => {
    for (const name of ['agents', 'pools', 'links', 'incidents', 'alerts', 'decisions', 'top']) {
      const table = await run(name);
      expect([name, table.code, table.err]).toEqual([name, 0, '']);
      for (const line of table.out.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
      const json = await run(name, '--json');
      expect([name, json.code]).toEqual([name, 0]);
      expect(() => JSON.parse(json.out)).not.toThrow();
    }
  });

  test('an agent, its output, a pool and a query', async () => {
    expect((await run('agents', 'reader')).out).toMatch(/pool research\/reader/);
    expect((await run('agents', 'searcher', '--output')).out).toMatch(/library: 320 articles/);
    expect((await run('pools', 'reader')).out).toMatch(/^research\/reader/);
    await until(
      async () => (await run('query', 'jaegis_pool_signal')).out.includes('research/planner'),
      'signals are stored',
    );
    expect((await run('query', 'jaegis_pool_signal{', '--json')).code).toBe(2);
  });

  test('links appear once questions flow', async () => {
    await until(
      async () => /research\/planner +research\/reader/.test((await run('links')).out),
      'planner calls reader',
    );
  });

  test('mode is changed and changed back', async () => {
    expect((await run('mode', 'writer', 'paused')).code).toBe(0);
    expect(JSON.parse((await run('pools', 'writer', '--json')).out)).toMatchObject({ mode: 'paused' });
    expect((await run('mode', 'writer', 'auto')).code).toBe(0);
  });

  test('the load takes another shape', async () => {
    expect(await run('fleet', 'burst')).toMatchObject({ code: 0, err: '' });
    expect(await run('fleet', 'calm')).toMatchObject({ code: 0, err: '' });
  });

  test('a killed reader is replaced', async () => {
    const [victim] = (await agents()).filter((agent) => agent.pool === 'research/reader');
    expect(await run('fleet', 'kill', victim!.instanceId)).toMatchObject({ code: 0, err: '' });
    await until(async () => {
      const readers = (await agents()).filter((agent) => agent.pool === 'research/reader');
      const pids = readers.map((agent) => agent.labels['process.pid']);
      return readers.length >= 2 && !pids.includes(victim!.labels['process.pid']);
    }, 'another reader');
  });

  test('Ctrl-C stops the server and everything it started', async () => {
    const pids = (await agents()).map((agent) => Number(agent.labels['process.pid']));
    expect(pids.length).toBeGreaterThanOrEqual(6);
    up.kill('SIGINT');
    await until(() => up.exitCode !== null, 'up has ended');
    expect(up.exitCode).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
