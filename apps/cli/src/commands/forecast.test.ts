import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeTerminal } from '../../test/fake-server.ts';
import { runCli } from '../run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-forecast-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function forecast(text: string, ...flags: string[]) {
  const file = join(folder, 'in');
  await writeFile(file, text);
  const fake = fakeTerminal();
  const code = await runCli(['forecast', file, ...flags], fake.terminal);
  const lines = fake.out().split('\n').filter(Boolean);
  return { code, err: fake.err(), out: fake.out(), items: () => lines.map((line) => JSON.parse(line)) };
}

const wave = Array.from({ length: 96 }, (_, i) => 100 + 50 * Math.sin((2 * Math.PI * i) / 24));
const hourly = (id: string, values: readonly (number | null)[]) => JSON.stringify({ id, step_s: 3_600, values });

test('answers a series a line, in order, with the quantiles that were asked for', async () => {
  const { code, items } = await forecast(
    `${hourly('a', wave)}\n${hourly('b', [5])}\n`,
    '--horizon',
    '24',
    '--quantiles',
    '0.1,0.9',
  );
  expect(code).toBe(0);
  const [a, b] = items();
  expect([a.id, b.id]).toEqual(['a', 'b']);
  expect(a.mean).toHaveLength(24);
  expect(Object.keys(a.quantiles)).toEqual(['0.1', '0.9']);
  expect(a.mean[6]).toBeCloseTo(150, -1);
  expect(a.ms).toBeGreaterThan(0);
  expect(Object.values<number>(a.weights).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 1);
  expect(b.note).toContain('short');
});

test('takes null, NaN, text and infinity for missing, and stays finite', async () => {
  const { items } = await forecast(
    '{"id":"a nan, an \\"inf\\"","step_s":60,"values":[1,null,NaN,-Infinity,"7",3,1e999,4]}\n{"step_s":60,"values":[]}\n',
  );
  for (const item of items()) {
    expect(item.note).toBeTruthy();
    expect([...item.mean, ...item.quantiles['0.95']].every((each: unknown) => Number.isFinite(each))).toBe(true);
  }
  expect(items().map(({ id }) => id)).toEqual(['a nan, an "inf"', 'line-2']);
});

test('reads the columns of a CSV, gaps and all', async () => {
  const rows = wave.map((value, i) => `${1_700_000_000 + 3_600 * i},${value},${i % 5 === 0 ? '' : 7},0`);
  rows.splice(40, 2);
  const { items } = await forecast(['time,load,flat,label', ...rows].join('\n'), '--horizon', '12');
  expect(items().map((each) => each.id)).toEqual(['load', 'flat']);
  expect(items()[0].mean[6]).toBeCloseTo(150, -1);
  expect(items()[1].mean).toEqual(new Array(12).fill(7));
});

test('a table may have semicolons, quotes, times in any order, and a name that says time', async () => {
  const { items } = await forecast('\uFEFF"date";"a;b"\r\n7260;5,5\r\n\r\n7140;"3"\r\n7200;4,5\r\n', '--horizon', '1');
  expect(items()).toEqual([expect.objectContaining({ id: 'a;b', model: expect.stringContaining('persistence') })]);
  expect(items()[0].mean[0]).toBeCloseTo(5.5, 6);
});

test('a plain forecast has its weights too, and a start may be RFC 3339', async () => {
  const { items } = await forecast('\n{"id":"a","step_s":60,"start":"2026-01-01T00:00:00Z","values":[5,5,5,5]}\n');
  expect(items()[0]).toMatchObject({ model: 'constant', weights: {}, note: 'the history is constant' });
});

test.each([
  ['', 'it is empty, must be a series a line (NDJSON) or CSV'],
  ['[{"id":"a"}]', 'it is a JSON list, must be a series a line (NDJSON) or CSV'],
  ['{"step_s":60,"start":"soon","values":[1]}', 'line 1 of FILE: start is "soon", must be RFC 3339 or epoch seconds'],
  ['time,a\n0,5\n\n60,x\n', 'line 4: a is "x", must be a number or empty'],
])('%j is refused', async (text, message) => {
  const { code, err } = await forecast(text);
  expect(code).toBe(2);
  expect(err.replace(join(folder, 'in'), 'FILE')).toContain(message);
});

test('runs one member alone, and lists them', async () => {
  const { items } = await forecast(hourly('a', wave), '--member', 'seasonal-naive', '--horizon', '3');
  expect(items()[0].mean[0]).toBeCloseTo(wave[72]!, 6);
  expect(items()[0].weights).toEqual({ 'seasonal-naive': 1 });
  const { out } = await forecast('', '--members');
  expect(out).toContain('ar-seasonal-log');
});

test('trains one network on all series of the input', async () => {
  const jagged = Array.from({ length: 150 }, (_, i) => 100 + 50 * Math.sin((2 * Math.PI * i) / 24) + (i % 7));
  const text = `${hourly('a', jagged)}\n${hourly('b', [5, 6, 7])}\n`;
  const { code, items } = await forecast(text, '--member', 'lstm', '--horizon', '24');
  expect(code).toBe(0);
  const [a, b] = items();
  expect(a.weights).toEqual({ lstm: 1 });
  const error = a.mean.reduce((sum: number, each: number, h: number) => sum + Math.abs(each - jagged[h + 6]!), 0) / 24;
  expect(error).toBeLessThan(15);
  expect(b.note).toContain('lstm cannot');
});

test('says what is wrong in one line and exits 2', async () => {
  const wrong = async (text: string, ...flags: string[]) => {
    const { code, err } = await forecast(text, ...flags);
    expect(code).toBe(2);
    return err;
  };
  expect(await wrong('{"id":"a","values":[1]}')).toContain('step_s is missing, must be the seconds between values');
  expect(await wrong('{"id":"a","step_s":60,"values":7}')).toContain('values is 7, must be a list');
  expect(await wrong('{nonsense')).toContain('line 1 of');
  expect(await wrong('a,b\n1,2')).toContain('must be time (or pass --step, for');
  expect(await wrong('time,b\nyesterday,2')).toContain('must be RFC 3339');
  expect(await wrong('', '--quantiles', '2')).toContain('each must be above 0');
  expect(await wrong('', '--member', 'oracle')).toContain('must be one of persistence');
  expect(await wrong('', '--horizon', '0')).toContain('must be a whole number');
});
