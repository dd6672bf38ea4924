import { describe, expect, test } from 'vitest';
import { parseScalingScript } from './parse-script.ts';
import { runScalingScript } from './run-script.ts';

describe('a script that is wrong says where and why', () => {
  test.each([
    ['jump 5', 'unknown verb "jump"'],
    ['at soon demand 5', 'a time is "soon", must be like 15s or +15s'],
    ['at 0s demand', 'expected a value of demand'],
    ['at 0s demand five', '"five" is not a number'],
    ['at 0s weather 5', 'unknown signal "weather"'],
    ['expect desired 3 reason Bored', 'unknown reason "Bored"'],
    ['expect max desired ~ 3', 'must be one of'],
    ['from 0s to 1m each 5s demand 3', 'expected "every", found "each"'],
    ['repeat 3', 'repeat without end'],
    ['end', 'end without repeat'],
    ['pool a b', '"b" is not expected here'],
    ['pool "a', 'a quote is not closed'],
  ])('%s', (line, message) => {
    const { failures } = parseScalingScript(`# a comment\n${line}`);
    expect(failures).toEqual([{ line: 2, message: expect.stringContaining(message) }]);
  });

  test.each([
    ['set replicas.min 5\nset replicas.max 3\nat 0s demand 1', 3, 'is 5, must be <= replicas.max (3)'],
    ['set schedule "Noon" "18:00" UTC 3\nat 0s demand 1', 2, 'from is "Noon"'],
    ['at 10s demand 1\nat 5s demand 1', 2, 'time goes back'],
    ['expect desired 3', 1, 'nothing was decided'],
    ['actuator ok', 1, 'actuator needs a plant'],
  ])('%j when it runs', (text, line, message) => {
    expect(runScalingScript(text).failures).toEqual([{ line, message: expect.stringContaining(message) }]);
  });
});

describe('a script that runs', () => {
  test('repeats, and fills in what is expected', () => {
    const text = 'set capacity 10\nrepeat 4\nat +15s demand 30 ready 4\nend\n  expect # later\nexpect changes == 1';
    const { updated, decisions, failures } = runScalingScript(text);
    expect(decisions).toHaveLength(4);
    expect(updated.split('\n')[4]).toBe('  expect desired 4 reason Steady');
    expect(failures.map((failure) => failure.line)).toEqual([5, 6]);
  });

  test('is the same each time', () => {
    const text =
      'set capacity 10\nplant capacity 10 startup 20s ready 3\nfrom 0s to 10m every 5s demand 20..90 noise 0.3';
    expect(runScalingScript(text).decisions).toEqual(runScalingScript(text).decisions);
  });
});
