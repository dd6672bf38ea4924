import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCli } from '../src/run-cli.ts';
import { fakeTerminal } from './fake-server.ts';

const page = new URL('../../../docs/reference/cli.md', import.meta.url);

async function help(...command: readonly string[]): Promise<string> {
  const fake = fakeTerminal({ columns: 100 });
  await runCli([...command, '--help'], fake.terminal);
  return fake.out().trimEnd();
}

/** The reference page, made from what each command says of itself. */
async function referencePage(): Promise<string> {
  const names = [...(await help()).matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name]) => name!);
  const lines = [
    '# Commands',
    '',
    '`jaegis COMMAND`, or `npx jaegis COMMAND` in a checkout. `--json` gives one JSON document, or one a line where the answer goes on.',
    'Exit 0: done. 1: the thing asked about is bad, or could not be done. 2: usage or bad input; one line says what is there and what must be.',
    'A server on another address than `http://127.0.0.1:4300` is named once by `JAEGIS_URL` (its token by `JAEGIS_TOKEN`) or by `--url`.',
    'The longer ones have pages of their own: [detect](detect.md), [forecast](forecast.md), [backtest and decide](backtest.md). This page is made from `jaegis COMMAND --help`.',
  ];
  for (const name of names) {
    if (name === 'help') continue;
    const text = await help(name);
    // The server's options are those of the file, told once.
    const shown = name === 'up' ? text.replace(/\n {2}--port[\s\S]*?(?=\n {2}-h, )/, '') : text;
    lines.push('', `## \`jaegis ${name}\``, '```text', shown, '```');
    if (name === 'up')
      lines.push('And every option of the process in [the configuration](configuration.md), as a flag.');
  }
  return `${lines.join('\n')}\n`;
}

test('docs/reference/cli.md says what the commands say (UPDATE=1 writes it)', async () => {
  const wanted = await referencePage();
  if (process.env['UPDATE'] === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
