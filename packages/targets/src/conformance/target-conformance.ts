import { afterEach, describe, expect, test } from 'vitest';
import type { InstanceObservation, Target } from '../target.ts';

/** A target under test, with at least room for ten replicas and at most for `limit`, and a way to let time pass. */
export interface TargetUnderTest {
  readonly target: Target;
  readonly limit: number;
  /** Lets time pass (virtual or real) until the condition holds; fails with `what` if it never does. */
  until(condition: () => boolean, what: string): Promise<void>;
  /** Makes one replica crash. */
  crash(instance: InstanceObservation): void;
  /** How many of its replicas really run, whatever the target says. */
  running(): number;
  dispose(): Promise<void> | void;
}

/** What every target promises. Called once for each kind: `describeTarget('process', create)`. */
export function describeTarget(name: string, create: () => Promise<TargetUnderTest>): void {
  describe(`the ${name} target`, () => {
    let made: TargetUnderTest | undefined;
    afterEach(async () => {
      await made?.target.close({ drain: true });
      await made?.dispose();
      made = undefined;
    });
    const start = async () => {
      made = await create();
      const { target, until } = made;
      const look = () => target.observe(0);
      const scale = (desired: number, victims: string[] = []) =>
        target.scale(desired, { now: 0, reason: 'test', victims });
      const scaleTo = async (desired: number) => {
        await scale(desired);
        await until(() => look().replicas.ready === desired && look().instances.length === desired, `${desired} ready`);
      };
      return { ...made, look, scale, scaleTo, ids: () => look().instances.map(({ instanceId }) => instanceId) };
    };

    test('starts empty and healthy', async () => {
      const { look } = await start();
      expect(look()).toMatchObject({ replicas: { ready: 0, pending: 0, draining: 0 }, instances: [], healthy: true });
    });

    test('starts what is missing, counted as pending until it is ready', async () => {
      const { scale, look, until, running } = await start();
      const receipt = await scale(3);
      expect(receipt).toMatchObject({ desired: 3, accepted: 3, stopping: [], refused: null });
      expect(new Set(receipt.started).size).toBe(3);
      expect(look().replicas).toEqual({ ready: 0, pending: 3, draining: 0 });
      await until(() => look().replicas.ready === 3, 'three ready');
      expect(running()).toBe(3);
    });

    test('the same order twice changes nothing', async () => {
      const { scale, scaleTo, ids } = await start();
      await scaleTo(2);
      const before = ids();
      expect(await scale(2)).toMatchObject({ accepted: 2, started: [], stopping: [] });
      expect(ids()).toEqual(before);
    });

    test('takes the given victims first, then the youngest', async () => {
      const { scale, scaleTo, ids, until } = await start();
      await scaleTo(4);
      const [first, second, third] = ids();
      const receipt = await scale(2, [first!]);
      expect(receipt.stopping).toHaveLength(2);
      await until(() => ids().length === 2, 'two left');
      expect(ids()).toEqual([second, third]);
    });

    test('down to none, and up again', async () => {
      const { scale, scaleTo, look, running, until } = await start();
      await scaleTo(2);
      await scale(0);
      await until(() => look().instances.length === 0, 'none left');
      expect(running()).toBe(0);
      await scaleTo(1);
    });

    test('a crashed replica is started again under its name', async () => {
      const { scaleTo, look, crash, until } = await start();
      await scaleTo(2);
      const victim = look().instances[0]!;
      crash(victim);
      const now = () => look().instances.find(({ instanceId }) => instanceId === victim.instanceId);
      await until(() => now()?.state === 'ready' && now()?.pid !== victim.pid, 'ready again');
      expect(now()).toMatchObject({ restarts: 1 });
      expect(now()!.lastExit!.reason).not.toBe('');
    });

    test.each(['replace', 'restart', 'kill'] as const)(
      '%s gives a replica a new process under its name',
      async (how) => {
        const { target, scaleTo, look, until } = await start();
        await scaleTo(1);
        const before = look().instances[0]!;
        void target[how](before.instanceId, 'no heartbeat', 0);
        await until(() => look().replicas.ready === 1 && look().instances[0]!.pid !== before.pid, 'replaced');
        expect(look().instances[0]!.instanceId).toBe(before.instanceId);
        await target[how]('nobody', 'no heartbeat', 0);
      },
    );

    test('a stopped instance is gone for good', async () => {
      const { target, scaleTo, ids, until, running } = await start();
      await scaleTo(3);
      const [first, second, third] = ids();
      void target.stopInstance(first!, { drain: true });
      void target.stopInstance(second!, { drain: false });
      await until(() => ids().length === 1, 'one left');
      expect(ids()).toEqual([third]);
      expect(running()).toBe(1);
      await target.stopInstance('nobody', { drain: true });
    });

    test('what is beyond the limit is refused with a reason, the rest is started', async () => {
      const { scale, look, limit, until } = await start();
      const receipt = await scale(limit + 5);
      expect(receipt).toMatchObject({ accepted: limit, refused: { count: 5 } });
      expect(receipt.refused!.reason).toContain(String(limit));
      await until(() => look().replicas.ready === limit, 'up to the limit');
    });

    test('every instance and every state says why', async () => {
      const { scale, scaleTo, look } = await start();
      await scaleTo(2);
      await scale(1);
      for (const instance of look().instances) expect(instance.reason).not.toBe('');
    });

    test('close with drain leaves nothing, and later orders are refused', async () => {
      const { target, scale, scaleTo, running } = await start();
      await scaleTo(3);
      await target.close({ drain: true });
      expect(running()).toBe(0);
      expect((await scale(2)).refused).toMatchObject({ count: 2 });
      await target.close({ drain: true });
    });

    test('an order that is no number is refused', async () => {
      const { scale, scaleTo, look } = await start();
      await scaleTo(1);
      expect((await scale(Number.NaN)).refused).not.toBeNull();
      expect(look().replicas.ready).toBe(1);
    });
  });
}
