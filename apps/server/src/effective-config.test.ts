import { readFileSync } from 'node:fs';
import { parseConfig, resolveServerOptions } from '@jaegis/model';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { effectiveConfig, exactDuration } from './effective-config.ts';

const file = new URL('../../../examples/research-fleet/jaegis.yaml', import.meta.url);

test('what is printed can be read again and means the same', () => {
  const first = parseConfig(parse(readFileSync(file, 'utf8')));
  const options = resolveServerOptions({ file: {}, environment: {}, flags: { token: 'a-secret-of-some-length' } });
  if (!first.ok || !options.ok) throw new Error('the example must be valid');
  const printed = stringify(effectiveConfig(first.config, options.options));
  expect(printed).not.toMatch(/a-secret/);
  const second = parseConfig(parse(printed));
  if (!second.ok) throw new Error(second.error);
  expect({ ...second.config, server: {} }).toEqual({ ...first.config, server: {} });
  const { token: _token, ...rest } = options.options;
  expect(second.config.server).toEqual(rest);
});

test('durations lose nothing', () => {
  expect([0, 1, 1_500, 60_000, 90_000, 86_400_000].map(exactDuration)).toEqual([
    '0ms',
    '1ms',
    '1500ms',
    '1m',
    '90s',
    '1d',
  ]);
});

test('secrets of headers and addresses are not printed', () => {
  const headers = { authorization: 'Bearer abc' };
  const parsed = parseConfig({
    remoteWrite: [{ url: 'http://me:abc@x@there/write?a=b', headers }],
    store: { prometheus: { url: 'http://there', headers } },
  });
  const options = resolveServerOptions({ file: {}, environment: {}, flags: {} });
  if (!parsed.ok || !options.ok) throw new Error('it must be valid');
  const printed = stringify(effectiveConfig(parsed.config, options.options));
  expect(printed).toContain('authorization: (left out)');
  expect(printed).toContain('http://me:(left out)@there/write?a=b');
  expect(printed).not.toContain('abc');
});
