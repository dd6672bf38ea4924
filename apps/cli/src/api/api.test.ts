import { expect, test } from 'vitest';
import { resolveConnection } from './connection.ts';
import { EventParser } from './server-events.ts';

test('flag over environment over default', () => {
  const env = { JAEGIS_URL: 'http://10.0.0.1:4300/', JAEGIS_TOKEN: 'from-env', JAEGIS_DATA_DIR: '/nowhere' };
  expect(resolveConnection({}, env)).toEqual({ url: 'http://10.0.0.1:4300', token: 'from-env' });
  expect(resolveConnection({ url: 'https://x', token: 't' }, env)).toEqual({ url: 'https://x', token: 't' });
  expect(resolveConnection({}, { JAEGIS_DATA_DIR: '/nowhere' }).url).toBe('http://127.0.0.1:4300');
  expect(() => resolveConnection({ url: 'nonsense' }, {})).toThrow('Cannot use --url: is "nonsense", must be a URL');
  expect(() => resolveConnection({ url: 'file:///etc/passwd' }, {})).toThrow('Cannot use --url');
});

test('events are found in pieces of any size', () => {
  const text = ': hello\n\nevent: decision\nid: 7\ndata: {"a":1}\n\nid: 8\ndata: one\r\ndata: two\r\n\r\nevent: half\n';
  const expected = [
    { event: 'decision', id: '7', data: '{"a":1}' },
    { event: 'message', id: '8', data: 'one\ntwo' },
  ];
  for (const size of [1, 2, 3, 7, 1_000]) {
    const parser = new EventParser();
    const events = [];
    for (let i = 0; i < text.length; i += size) events.push(...parser.push(text.slice(i, i + size)));
    expect(events).toEqual(expected);
  }
});
