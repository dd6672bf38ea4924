import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { ChunkStore } from './chunk-store.ts';

test('chunks keep their bytes however many come, go and are moved', () => {
  const rng = seededRng(5);
  const store = new ChunkStore();
  const kept = new Map<number, Uint8Array>();
  for (let step = 0; step < 30_000; step++) {
    const bytes = new Uint8Array(rng.int(1, 400)).fill(step);
    kept.set(store.add(bytes, { start: step, end: step + 1, count: 3 }, 0), bytes);
    if (rng.chance(0.9) && kept.size > 500) {
      const id = kept.keys().next().value!;
      kept.delete(id);
      store.remove(id);
    }
    if (step % 5_000 === 4_999) store.compact();
  }
  expect(store.samples).toBe(kept.size * 3);
  let live = 0;
  for (const [id, bytes] of kept) {
    const view = store.view(id);
    expect(view.bytes.subarray(view.from, view.to)).toEqual(bytes);
    live += bytes.length;
  }
  expect(store.liveBytes).toBe(live);
  for (const id of [...kept.keys()].slice(10)) store.remove(id);
  store.compact();
  expect(store.bytes).toBeLessThan(3.5 * 2 ** 20);
});
