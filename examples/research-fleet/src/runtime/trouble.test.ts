import { expect, test } from 'vitest';
import { mayMakeTrouble, parseTrouble, Trouble } from './trouble.ts';

test('only a program on this machine may make trouble, never a web page', () => {
  const allowed = { 'x-jaegis-trouble': 'yes', host: '127.0.0.1:7001' };
  expect(mayMakeTrouble(allowed)).toBe(true);
  expect(mayMakeTrouble({ ...allowed, host: 'localhost' })).toBe(true);
  expect(mayMakeTrouble({ ...allowed, origin: 'http://127.0.0.1:4300' })).toBe(false);
  expect(mayMakeTrouble({ ...allowed, origin: 'null' })).toBe(false);
  expect(mayMakeTrouble({ host: '127.0.0.1' })).toBe(false);
  expect(mayMakeTrouble({ ...allowed, host: 'rebound.example:7001' })).toBe(false);
});

test('says what is wrong with a request', () => {
  expect(parseTrouble({ kind: 'slow', factor: 3 })).toEqual({ ok: true, request: { kind: 'slow', factor: 3 } });
  expect(parseTrouble({ kind: 'explode' })).toMatchObject({
    error:
      'Cannot make trouble: kind is "explode", must be one of hang, slow, leak, errors, loop, hog, stall, silent, calm',
  });
  expect(parseTrouble({ kind: 'slow', factor: -1 })).toMatchObject({
    error: 'Cannot make trouble: factor is -1, must be a number in 0..1000',
  });
  expect(parseTrouble(undefined)).toMatchObject({ ok: false });
});

test('one kind at a time, and calm ends it', async () => {
  const trouble = new Trouble();
  const options = { memoryLimitBytes: Number.POSITIVE_INFINITY, onLoop: () => {} };
  trouble.make({ kind: 'slow', factor: null }, options);
  expect(trouble.thinkFactor).toBe(10);
  trouble.make({ kind: 'errors', factor: null }, options);
  expect([trouble.thinkFactor, trouble.failureShare]).toEqual([1, 0.5]);
  trouble.make({ kind: 'loop', factor: null }, options);
  expect([trouble.failureShare, trouble.isLooping]).toEqual([0, true]);
  trouble.make({ kind: 'stall', factor: null }, options);
  const { stalled } = trouble;
  expect([trouble.isLooping, stalled]).toEqual([false, expect.any(Promise)]);
  trouble.make({ kind: 'silent', factor: null }, options);
  await stalled;
  expect([trouble.stalled, trouble.isSilent]).toEqual([undefined, true]);
  trouble.make({ kind: 'calm', factor: null }, options);
  expect([trouble.isLooping, trouble.isSilent, trouble.kind]).toEqual([false, false, 'calm']);
});

test('a hog uses the CPU of its process in a thread, until it is calm', async () => {
  const trouble = new Trouble();
  const options = { memoryLimitBytes: Number.POSITIVE_INFINITY, onLoop: () => {} };
  const before = process.cpuUsage();
  trouble.make({ kind: 'hog', factor: 0.8 }, options);
  const usedMs = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  // However slow the machine: it goes on until it has used so much, while this thread only waits.
  while (usedMs() < 150) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(trouble.kind).toBe('hog');
  trouble.make({ kind: 'calm', factor: null }, options);
  expect(trouble.kind).toBe('calm');
});
