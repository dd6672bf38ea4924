import { signalNames, signals } from '@jaegis/model';
import { expect, test } from 'vitest';
import { reasonWords, signalText, signalWords } from './signal-words.ts';

test('every signal of the model has its name and the same unit', () => {
  for (const name of signalNames) expect(signalWords[name].unit, name).toBe(signals[name].unit);
  expect(Object.keys(signalWords).sort()).toEqual([...signalNames].sort());
});

test('values read as a person would write them', () => {
  expect(signalText('latency_p95', 0.34)).toBe('340 ms');
  expect(signalText('error_rate', 0.021)).toBe('2.1 %');
  expect(signalText('memory_bytes', 3.4 * 1024 ** 3)).toBe('3.4 GiB');
  expect(signalText('request_rate', null)).toBe('–');
});

test('reasons become words', () => {
  expect(reasonWords('ScaleDownStabilized')).toBe('Scale down stabilized');
  expect(reasonWords('agent_lost')).toBe('Agent lost');
});
