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
    error: 'Cannot make trouble: kind is "explode", must be one of hang, slow, leak, errors, loop, calm',
  });
  expect(parseTrouble({ kind: 'slow', factor: -1 })).toMatchObject({
    error: 'Cannot make trouble: factor is -1, must be a number in 0..1000',
  });
  expect(parseTrouble(undefined)).toMatchObject({ ok: false });
});

test('one kind at a time, and calm ends it', () => {
  const trouble = new Trouble();
  const options = { memoryLimitBytes: Number.POSITIVE_INFINITY, onLoop: () => {} };
  trouble.make({ kind: 'slow', factor: null }, options);
  expect(trouble.thinkFactor).toBe(10);
  trouble.make({ kind: 'errors', factor: null }, options);
  expect([trouble.thinkFactor, trouble.failureShare]).toEqual([1, 0.5]);
  trouble.make({ kind: 'loop', factor: null }, options);
  expect([trouble.failureShare, trouble.isLooping]).toEqual([0, true]);
  trouble.make({ kind: 'calm', factor: null }, options);
  expect([trouble.isLooping, trouble.kind]).toEqual([false, 'calm']);
});
