import { describe, expect, test } from 'vitest';
import { SseParser } from './sse-parser.ts';

const stream = ': hello\nretry: 1000\n\nid: 7\nevent: agent\ndata: {"a":1}\n\nid: 8\r\ndata: one\r\ndata:two\r\n\r\n';
const expected = [
  { id: '7', event: 'agent', data: '{"a":1}' },
  { id: '8', event: 'message', data: 'one\ntwo' },
];

describe('server-sent events', () => {
  test('are read whole', () => {
    expect(new SseParser().push(stream)).toEqual(expected);
  });
  test('are the same however they are cut', () => {
    for (let size = 1; size < 12; size++) {
      const parser = new SseParser();
      const found = [];
      for (let at = 0; at < stream.length; at += size) found.push(...parser.push(stream.slice(at, at + size)));
      expect(found).toEqual(expected);
    }
  });
  test('without data are none, and an unfinished one waits', () => {
    const parser = new SseParser();
    expect(parser.push('event: ping\n\ndata: x\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ id: '', event: 'message', data: 'x' }]);
  });
  test('a line without end does not fill the memory', () => {
    const parser = new SseParser();
    parser.push('data: ' + 'x'.repeat(9_000_000));
    expect(parser.push('\ndata: y\n\n')).toEqual([{ id: '', event: 'message', data: 'y' }]);
  });
});
