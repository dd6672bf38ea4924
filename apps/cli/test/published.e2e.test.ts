import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';

/** npm without what the surrounding run put into the environment for itself. */
function npm(args: string[], cwd: string): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?!config_(registry|cafile|cache))/i.test(name) && name !== 'INIT_CWD',
    ),
  );
  const result = spawnSync('npm', args, { cwd, encoding: 'utf8', env });
  if (result.status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jaegis-published-'));
  npm(['pack', '-w', 'jaegis', '-w', '@jaegis/agent', '--pack-destination', folder], root);
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const packed = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  npm(['install', '--no-audit', '--no-fund', ...packed.map((name) => `./${name}`)], folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the packed CLI installs and runs alone: `npx jaegis up` serves the API and the dashboard, and an agent joins in three lines', async () => {
  writeFileSync(
    join(folder, 'agent.mjs'),
    `import { join } from '@jaegis/agent';
const agent = await join({ pool: 'reader', url: process.argv[2] });
agent.queue(() => 3);
setInterval(() => {}, 1000);
`,
  );
  const server = spawn('npx', ['jaegis', 'up', '--port', '0', '--otlp-http-port', '0', '--otlp-grpc-port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  server.stdout.on('data', (data) => (printed += data));
  server.stderr.on('data', (data) => (printed += data));
  let agent: ReturnType<typeof spawn> | undefined;
  try {
    const url = await waitFor(
      () => /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0],
      () => printed,
    );
    const page = await (await fetch(`${url}/`)).text();
    expect(page).toContain('<title>');
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    expect((await fetch(`${url}${script}`)).headers.get('content-type')).toContain('javascript');
    agent = spawn(process.execPath, ['agent.mjs', url], { cwd: folder, stdio: 'ignore' });
    const found = await waitFor(
      async () => {
        const { items } = (await (await fetch(`${url}/api/fleet/agents?pool=reader`)).json()) as {
          items: { connectivity: string }[];
        };
        return items[0];
      },
      () => printed,
    );
    expect(found.connectivity).toBe('live');
    const listed = spawnSync('npx', ['jaegis', 'agents', '--json', '--url', url], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(listed.stdout).items).toHaveLength(1);
  } finally {
    agent?.kill();
    process.kill(-server.pid!, 'SIGTERM');
    await new Promise((resolve) => server.on('exit', resolve));
  }
});

async function waitFor<T>(ask: () => T | undefined | Promise<T | undefined>, describe: () => string): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited 30 s in vain:\n${describe()}`);
}
