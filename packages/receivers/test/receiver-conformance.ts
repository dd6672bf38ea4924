import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery, Receiver } from '../src/receiver.ts';
import { type ManualClock, until } from './manual-clock.ts';
import { notification } from './notification-fixture.ts';

/** A receiver with an outside world that can be watched, broken and mended. Made anew for each test. */
export interface ReceiverWorld {
  /** Wants `critical` and `warning`; its queue holds 3; it gives up after 60 s. */
  readonly receiver: Receiver;
  readonly clock: ManualClock;
  /** Ids of notifications that arrived, in order. */
  readonly arrived: readonly string[];
  /** How often anything was tried. */
  readonly tries: () => number;
  /** From now on the other side fails in a way that may pass, or works again. */
  breakIt(): void;
  mendIt(): void;
  /** True while the receiver waits for its next try. */
  readonly isPausing: () => boolean;
  close(): Promise<void>;
}

/** What must hold for every receiver. */
export function describeReceiver(name: string, create: () => Promise<ReceiverWorld>): void {
  describe(`${name} as a receiver`, () => {
    let world: ReceiverWorld;

    beforeEach(async () => {
      world = await create();
    });
    afterEach(() => world.close());

    const pausing = () => until(world.isPausing);

    test('delivers in the order given', async () => {
      const { receiver } = world;
      const deliveries = await Promise.all(['a', 'b', 'c'].map((id) => receiver.send(notification(id))));
      expect(world.arrived).toEqual(['a', 'b', 'c']);
      expect(deliveries).toMatchObject(Array(3).fill({ state: 'delivered', attempts: 1 }));
      expect(receiver.stats).toMatchObject({ sent: 3, failed: 0, pending: 0, lastError: '' });
      expect(receiver.stats.lastSentAt).toBe(world.clock.now());
    });

    test('skips severities that nobody asked for', async () => {
      expect(await world.receiver.send(notification('a', { severity: 'info' }))).toMatchObject({ state: 'skipped' });
      expect(world.arrived).toEqual([]);
      expect(world.receiver.stats.skipped).toBe(1);
    });

    test('tries again until the other side is back, and keeps the order', async () => {
      world.breakIt();
      const both = Promise.all([world.receiver.send(notification('a')), world.receiver.send(notification('b'))]);
      await pausing();
      expect(world.receiver.stats).toMatchObject({ sent: 0, failed: 0, pending: 2, retries: 1 });
      expect(world.receiver.stats.lastError).not.toBe('');
      world.mendIt();
      world.clock.advance(60_000 - 1);
      expect(await both).toMatchObject([
        { state: 'delivered', attempts: 2 },
        { state: 'delivered', attempts: 1 },
      ]);
      expect(world.arrived).toEqual(['a', 'b']);
      expect(world.receiver.stats.lastError).toBe('');
    });

    test('gives up at the deadline, visibly', async () => {
      world.breakIt();
      let delivery: Delivery | undefined;
      const sent = world.receiver.send(notification('a')).then((result) => {
        delivery = result;
      });
      while (delivery === undefined) {
        await until(() => delivery !== undefined || world.isPausing());
        world.clock.advance(30_000);
      }
      await sent;
      expect(delivery).toMatchObject({ state: 'failed', attempts: world.tries() });
      expect((delivery as { reason: string }).reason).toContain('given up after');
      expect(world.receiver.stats).toMatchObject({ failed: 1, pending: 0 });
    });

    test('a full queue refuses and counts', async () => {
      world.breakIt();
      const first = world.receiver.send(notification('a'));
      await pausing();
      const more = ['b', 'c', 'd', 'e'].map((id) => world.receiver.send(notification(id)));
      expect(await more[3]).toMatchObject({ state: 'refused' });
      expect(world.receiver.stats).toMatchObject({ refused: 1, pending: 4 });
      await world.receiver.close();
      expect(await first).toMatchObject({ state: 'failed' });
    });

    test('closing settles everything that waits', async () => {
      world.breakIt();
      const waiting = Promise.all([world.receiver.send(notification('a')), world.receiver.send(notification('b'))]);
      await pausing();
      await world.receiver.close();
      const failed = { state: 'failed', reason: 'closed before it was delivered' };
      expect(await waiting).toMatchObject([failed, failed]);
      expect(await world.receiver.send(notification('c'))).toMatchObject(failed);
    });
  });
}
