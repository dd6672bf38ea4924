import type { Signals } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { initialScalingState, type ScalingState } from '../scaling-state.ts';
import { lackOfGain } from './gain.ts';
import { learn } from './learn.ts';

/** Two minutes with so many replicas, every 5 s; `queue` waits all the time. */
function ran(last: ScalingState, o: { minute: number; ready: number; finished: number; queue?: number }): ScalingState {
  let state = last;
  for (let s = 0; s < 120; s += 5) {
    const now = 1_000_000_000 + o.minute * 60_000 + s * 1_000;
    const signals: Signals = {
      throughput: { value: o.finished, at: now },
      queue_length: { value: o.queue ?? 500, at: now },
    };
    state = learn(state, { signals, replicas: { ready: o.ready, pending: 0, draining: 0 } }, now);
  }
  return state;
}

describe('what more replicas came to', () => {
  const four = ran(initialScalingState(), { minute: 0, ready: 4, finished: 38 });

  test('twice as many that finish no more are told, with both numbers', () => {
    const eight = ran(four, { minute: 2, ready: 8, finished: 39 });
    expect(lackOfGain(eight.capacity.gain)).toBe(
      'more replicas did not finish more while work waited (38/s by 4, 39/s by 8): something behind the pool limits it',
    );
  });

  test('nothing is said where they did help, where the queue is gone, or of a few more', () => {
    expect(lackOfGain(four.capacity.gain)).toBe('');
    expect(lackOfGain(ran(four, { minute: 2, ready: 8, finished: 70 }).capacity.gain)).toBe('');
    expect(lackOfGain(ran(four, { minute: 2, ready: 8, finished: 39, queue: 0 }).capacity.gain)).toBe('');
    const ten = ran(initialScalingState(), { minute: 0, ready: 10, finished: 38 });
    expect(lackOfGain(ran(ten, { minute: 2, ready: 11, finished: 38 }).capacity.gain)).toBe('');
  });

  test('an hour later it is another story', () => {
    expect(lackOfGain(ran(four, { minute: 60, ready: 8, finished: 39 }).capacity.gain)).toBe('');
  });
});
