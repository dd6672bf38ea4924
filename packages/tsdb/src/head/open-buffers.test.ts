import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { OpenBuffers, offsetOf, slabOf, stride } from './open-buffers.ts';

test('buffers of several slabs keep their samples apart, whatever is put in, moved or dropped', () => {
  const rng = seededRng(3);
  const size = 8;
  const buffers = new OpenBuffers(size);
  // More than one slab holds, of which the last few are worked on, and their neighbours in the slab before.
  const slots = Array.from({ length: 2_060 }, () => buffers.take()).slice(-24);
  const models = slots.map((): [number, number][] => []);
  const put = (slot: number, at: number, [time, value]: [number, number]): void => {
    buffers.times[slabOf(slot)]![offsetOf(slot) + at * stride] = time;
    buffers.values[slabOf(slot)]![offsetOf(slot) + at * stride] = value;
  };
  for (let step = 0; step < 5_000; step++) {
    const which = rng.int(0, slots.length - 1);
    const slot = slots[which]!;
    const model = models[which]!;
    if (model.length === size) {
      const count = rng.int(1, size);
      buffers.dropFirst(slot, count, model.length);
      model.splice(0, count);
    } else if (rng.next() < 0.1) {
      buffers.delay(slot, model.length, 5);
      for (const sample of model) sample[0] += 5;
    } else {
      const at = rng.int(0, model.length);
      const sample: [number, number] = [rng.int(0, 1_000), rng.next()];
      buffers.makeRoom(slot, at, model.length);
      put(slot, at, sample);
      model.splice(at, 0, sample);
    }
    const found = model.map((_, i) => {
      const at = offsetOf(slot) + i * stride;
      return [buffers.times[slabOf(slot)]![at], buffers.values[slabOf(slot)]![at]];
    });
    expect(found).toEqual(model);
  }
  const before = buffers.bytes;
  buffers.release(slots[0]!);
  expect(buffers.take()).toBe(slots[0]);
  expect(buffers.bytes).toBe(before);
});
