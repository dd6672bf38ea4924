import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { stopSignals } from './stop-signals.ts';

function started() {
  const process = new EventEmitter();
  const force = vi.fn();
  const clock = { now: 0 };
  const stop = stopSignals(process, { now: () => clock.now, force });
  const receive = (signal: NodeJS.Signals, at: number): void => {
    clock.now = at;
    process.emit(signal, signal);
  };
  return { process, force, stop, receive };
}

describe('stopSignals', () => {
  it('asks at the first signal, and a later one forces', async () => {
    const { force, stop, receive } = started();
    receive('SIGINT', 0);
    await expect(stop.asked).resolves.toBe('Ctrl-C');
    expect(force).not.toHaveBeenCalled();
    receive('SIGINT', 1_500);
    expect(force).toHaveBeenCalledOnce();
  });

  it('takes one signal that reaches the server over several ways as one request', async () => {
    const { force, stop, receive } = started();
    receive('SIGTERM', 0);
    receive('SIGTERM', 3);
    receive('SIGTERM', 40);
    await expect(stop.asked).resolves.toBe('SIGTERM');
    expect(force).not.toHaveBeenCalled();
  });

  it('hears nothing once it is released', () => {
    const { process, force, stop, receive } = started();
    receive('SIGTERM', 0);
    stop.release();
    expect(process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')).toBe(0);
    receive('SIGTERM', 5_000);
    expect(force).not.toHaveBeenCalled();
  });
});
