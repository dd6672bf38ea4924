import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const cliPath = join(process.cwd(), 'apps/cli/dist/jaegis.js');

/** Starts `jaegis detect` as a process of its own; `next` waits for so many lines of its output. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [cliPath, 'detect', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const next = async (lines: number) => {
    while (text.split('\n').length - 1 < lines) await once(child.stdout, 'data');
    return text.trim().split('\n');
  };
  return { child, next, text: () => text };
}

test('on a pipe each row is answered before the next is sent', async () => {
  const { child, next } = start('-');
  child.stdin.write('time,load\n');
  for (let i = 0; i < 40; i++) {
    child.stdin.write(`${1_700_000_000 + 60 * i},${100 + (i % 3)}\n`);
    const lines = await next(i + 2);
    expect(lines.at(-1)).toMatch(new RegExp(`^${1_700_000_000 + 60 * i},`));
  }
  child.stdin.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('400,000 rows through a pipe keep their order and number', async () => {
  const rows = 400_000;
  const { child, text } = start('--step', '60s');
  const exit = once(child, 'close');
  child.stdin.write('load\n');
  for (let from = 0; from < rows; from += 50_000) {
    const part = Array.from({ length: 50_000 }, (_, i) => 100 + ((from + i) % 7)).join('\n');
    if (!child.stdin.write(`${part}\n`)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  expect((await exit)[0]).toBe(0);
  const lines = text().trim().split('\n');
  expect(lines).toHaveLength(rows + 1);
  for (let i = 0; i < rows; i += 9_973) expect(lines[i + 1]!.startsWith(`${i * 60},`)).toBe(true);
});
