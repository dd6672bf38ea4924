import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectMembers } from '@jaegis/analytics';
import { seededRng } from '@jaegis/std';
import { afterAll, describe, expect, test } from 'vitest';
import { fakeTerminal } from '../../test/fake-server.ts';
import { runCli } from '../run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'jaegis-detect-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function detect(args: readonly string[], input?: readonly string[]) {
  const fake = fakeTerminal({ ...(input !== undefined && { input }) });
  const code = await runCli(['detect', ...args], fake.terminal);
  return { code, out: fake.out(), err: fake.err(), lines: fake.out().trim().split('\n') };
}

function noisy(rows: number, spikeAt: number): string {
  const rng = seededRng(3);
  const lines = ['time,load'];
  for (let i = 0; i < rows; i++)
    lines.push(`${1_700_000_000 + 60 * i},${(100 + 2 * rng.normal() + (i === spikeAt ? 80 : 0)).toFixed(3)}`);
  return `${lines.join('\n')}\n`;
}

test('a verdict a row, the spike is the anomaly', async () => {
  const file = join(folder, 'spike.csv');
  writeFileSync(file, noisy(600, 500));
  const { code, lines, err } = await detect([file]);
  expect([code, err]).toEqual([0, '']);
  expect(lines[0]).toBe('time,score,anomalous,expected,lower,upper');
  expect(lines).toHaveLength(601);
  const rows = lines.slice(1).map((line) => line.split(',').map(Number));
  const told = rows.flatMap((row, i) => (row[2] === 1 ? [i] : []));
  expect(told).toContain(500);
  expect(told.length).toBeLessThan(5);
  for (const [, score] of rows) {
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(1);
  }
  const [, , , expected, lower, upper] = rows[550]!;
  expect(lower).toBeLessThan(expected!);
  expect(expected).toBeLessThan(upper!);
  expect(Math.abs(expected! - 100)).toBeLessThan(5);
});

test('a pipe is answered chunk by chunk, before more is read', async () => {
  const seen: number[] = [];
  let read = () => '';
  const fake = fakeTerminal({
    input: (async function* () {
      yield 'time,a\n';
      for (let i = 0; i < 5; i++) {
        yield `${i},${i}\n`;
        seen.push(read().trim().split('\n').length);
      }
    })(),
  });
  read = fake.out;
  expect(await runCli(['detect', '-'], fake.terminal)).toBe(0);
  expect(seen).toEqual([2, 3, 4, 5, 6]);
});

test('--json: a document a row, unknown is null', async () => {
  const { lines } = await detect(['--json', '--step', '60s'], ['a,b\n1,2\n,3\n']);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: 0, score: 0, anomalous: false, expected: null, lower: null, upper: null, top: [] },
    { time: 60, score: 0, anomalous: false, expected: null, lower: null, upper: null, top: [] },
  ]);
});

test('several series: the one behind it comes first', async () => {
  const rng = seededRng(4);
  const rows = Array.from({ length: 900 }, (_, i) => {
    const strange = i >= 880;
    return `${i * 60},${50 + rng.normal()},${(strange ? 400 : 20) + rng.normal()},${5 + 0.1 * rng.normal()}`;
  });
  const { lines } = await detect([], [`time,calm,strange,small\n${rows.join('\n')}\n`]);
  expect(lines[0]).toBe('time,score,anomalous,expected,lower,upper,top');
  const told = lines.slice(881).map((line) => line.split(','));
  const anomalous = told.filter((cells) => cells[2] === '1');
  expect(anomalous.length).toBeGreaterThan(0);
  expect(anomalous[0]![6]).toMatch(/^strange:/);
});

describe('every member that takes one series', () => {
  test.each(detectMembers.filter((each) => each.leastColumns === 1).map((each) => each.name))(
    '%s: the verdicts of a prefix are those of the whole',
    async (name) => {
      const text = noisy(500, 300);
      const whole = await detect(['--member', name], [text]);
      const lines = text.split('\n').slice(0, 351);
      const prefix = await detect(['--member', name], [`${lines.join('\n')}\n`]);
      expect(prefix.lines).toEqual(whole.lines.slice(0, 351));
    },
  );
});

test('--members lists them, the default is told', async () => {
  const { out } = await detect(['--members']);
  for (const { name } of detectMembers) expect(out).toContain(name);
  const { items } = JSON.parse((await detect(['--members', '--json'])).out);
  expect(items.map((each: { name: string }) => each.name)).toEqual(detectMembers.map((each) => each.name));
  expect(items.filter((each: { defaultFor: string[] }) => each.defaultFor.includes('one series'))).toHaveLength(1);
});

describe('odd data is no crash and no storm, but a note', () => {
  const rows = (value: (i: number) => string, n = 400) =>
    `time,a\n${Array.from({ length: n }, (_, i) => `${i * 60},${value(i)}`).join('\n')}\n`;
  test.each([
    ['constant', rows(() => '7'), 'it is constant'],
    ['all missing', rows(() => ''), 'every value is missing'],
    ['one point', rows(() => '7', 1), 'it has 1 rows, too few to learn from'],
    ['nothing', 'time,a\n', 'it has no rows'],
    [
      'infinity',
      rows((i) => (i % 9 === 0 ? 'inf' : `1e${i % 3}`).replace('inf', '1e999')),
      '45 infinite values were read as missing',
    ],
    ['1e300', rows((i) => (i % 2 === 0 ? '1e300' : '-1e300')), undefined],
    ['a clock that goes back', `${rows(() => '5')}60,5\n`, 'time goes back 1 times'],
  ])('%s', async (_, text, note) => {
    const { code, lines, err } = await detect([], [text]);
    expect(code).toBe(0);
    if (note !== undefined) expect(err).toContain(note);
    const alarms = lines.slice(1).filter((line) => line.split(',')[2] === '1');
    expect(alarms.length).toBeLessThanOrEqual(lines.length / 40);
    expect(lines.join()).not.toMatch(/NaN|Infinity/);
  });
});

describe('a mistake is one line and exit 2', () => {
  test.each([
    [['no-such.csv'], 'Cannot read no-such.csv: there is no such file (ENOENT), must be a readable file'],
    [['--step', 'often'], 'Cannot use --step: is "often", must be a duration such as 60s'],
    [['--train-rows', '-3'], 'Cannot use --train-rows: is "-3", must be a whole number in 1..100000000'],
    [['--member', 'oracle'], 'Cannot use --member: is "oracle", must be one of'],
  ])('%j', async (args, message) => {
    const { code, err } = await detect(args, ['time,a\n1,2\n']);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
