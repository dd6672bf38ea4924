import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeJaegis } from './fake-jaegis.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const roles = ['searcher', 'reader', 'writer', 'planner', 'load'] as const;
const jaegis = new FakeJaegis();
const children = new Map<string, ChildProcess>();
let outdir = '';
let jaegisUrl = '';

beforeAll(async () => {
  // Inside the package, so that third-party packages are found from there.
  mkdirSync(join(folder, 'dist'), { recursive: true });
  outdir = mkdtempSync(join(folder, 'dist/.e2e-'));
  const manifest = (path: string) => JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8'));
  const packages = [manifest('.'), manifest('../../packages/agent')];
  await build({
    entryPoints: [join(folder, 'src/main.ts')],
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    external: packages.flatMap((each) => Object.keys(each.dependencies)).filter((name) => !name.startsWith('@jaegis/')),
  });
  jaegisUrl = await jaegis.start();
  for (const role of roles) start(role);
  await until(() => roles.every((role) => jaegis.urlOf(`research/${role}`) !== undefined), 'all agents joined');
});

afterAll(() => {
  for (const child of children.values()) child.kill('SIGKILL');
  jaegis.close();
  rmSync(outdir, { recursive: true, force: true });
});

function start(role: string, name = role): ChildProcess {
  const child = spawn(process.execPath, [join(outdir, 'main.js'), role], {
    env: {
      PATH: process.env['PATH'],
      JAEGIS_URL: jaegisUrl,
      JAEGIS_INSTANCE_ID: `${name}-1`,
      JAEGIS_SUPERVISED: '1',
      RESEARCH_SHAPE: 'calm',
      RESEARCH_CALM_RATE: '0.5',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.set(name, child);
  return child;
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`gave up waiting: ${what}`);
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const trouble = { 'x-jaegis-trouble': 'yes' };
const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

test('a question goes through all four pools and comes back as a report with sources', async () => {
  const question = 'What threatens birds of the karst cliffs, and how does trade in minerals work?';
  const response = await post(`${jaegis.urlOf('research/planner')}/ask`, { question });
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { report: string; parts: number; sources: number };
  expect(answer.parts).toBe(2);
  expect(answer.sources).toBeGreaterThan(3);
  expect(answer.report).toMatch(/^# What threatens birds/);
  expect(answer.report).toMatch(/\[1\]/);
  expect(answer.report).toMatch(/## Sources\n\n1\. /);
});

test('a wrong request is the sender’s error', async () => {
  const response = await post(`${jaegis.urlOf('research/reader')}/read`, { question: 'What?' });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    error: { code: 'BadRequestError', message: 'Cannot read articles: is missing, must be a list' },
  });
});

test('the load generator asks, and its shape can be changed by a program but not by a web page', async () => {
  const url = `${jaegis.urlOf('research/load')}/shape`;
  expect((await post(url, { shape: 'surge' })).status).toBe(403);
  expect((await post(url, { shape: 'surge' }, { ...trouble, origin: 'http://evil.example' })).status).toBe(403);
  expect((await post(url, { shape: 'storm' }, trouble)).status).toBe(400);
  const changed = await post(url, { shape: 'burst' }, trouble);
  expect(await changed.json()).toMatchObject({ shape: 'burst', questionsPerSecond: 7.5, after: 'calm' });
  await post(url, { shape: 'calm' }, trouble);
  await until(async () => {
    const state = (await (await fetch(url)).json()) as { answeredRate: number };
    return state.answeredRate > 0;
  }, 'an answered question');
});

test('errors fail requests, calm heals', async () => {
  const url = jaegis.urlOf('research/writer')!;
  const write = () => post(`${url}/write`, { question: 'Q', sections: [], titles: {} });
  await post(`${url}/trouble`, { kind: 'errors', factor: 1 }, trouble);
  expect((await write()).status).toBe(500);
  await post(`${url}/trouble`, { kind: 'calm' }, trouble);
  expect((await write()).status).toBe(200);
});

test('silent output is quick and empty, stalled work is taken and finished when it heals', async () => {
  const url = jaegis.urlOf('research/writer')!;
  const write = () => post(`${url}/write`, { question: 'Q', sections: [], titles: {} });
  await post(`${url}/trouble`, { kind: 'silent' }, trouble);
  expect(await (await write()).json()).toEqual({ report: '' });
  await post(`${url}/trouble`, { kind: 'stall' }, trouble);
  let isAnswered = false;
  const answer = write().finally(() => {
    isAnswered = true;
  });
  const metrics = () => jaegis.beats('research/writer')[0]!['metrics'] as Record<string, number>;
  await until(() => metrics()['in_flight'] === 1, 'the work to be taken');
  expect(isAnswered).toBe(false);
  await post(`${url}/trouble`, { kind: 'calm' }, trouble);
  expect(await (await answer).json()).not.toEqual({ report: '' });
});

test('SIGTERM finishes what is held before the process ends', async () => {
  const child = start('writer', 'leaving-writer');
  const joined = () => jaegis.beats('research/writer').find((beat) => beat['instanceId'] === 'leaving-writer-1');
  await until(() => joined() !== undefined, 'the second writer joined');
  const url = (joined()!['labels'] as Record<string, string>)['agent.url'];
  const answers = Array.from({ length: 20 }, () => post(`${url}/write`, { question: 'Q', sections: [], titles: {} }));
  const waiting = () => (joined()?.['metrics'] as Record<string, number> | undefined)?.['queue_length'] ?? 0;
  await until(() => waiting() > 0, 'work is waiting');
  child.kill('SIGTERM');
  expect(new Set((await Promise.all(answers)).map((answer) => answer.status))).toEqual(new Set([200]));
  await until(() => isOver(child), 'the writer ended');
  expect([child.exitCode, joined()]).toEqual([0, undefined]);
});

test('a hang stops heartbeats and answers while the process lives on', async () => {
  const child = children.get('reader')!;
  const url = jaegis.urlOf('research/reader')!;
  expect((await post(`${url}/trouble`, { kind: 'hang' }, trouble)).status).toBe(200);
  await until(
    () =>
      fetch(`${url}/trouble`, { signal: AbortSignal.timeout(300) }).then(
        () => false,
        () => true,
      ),
    'no answer',
  );
  expect(isOver(child)).toBe(false);
  child.kill('SIGTERM');
  expect(isOver(child)).toBe(false);
});
