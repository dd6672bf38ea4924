import type { Matcher } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryDirectory } from '../memory-directory.ts';
import type { Tombstone } from './deletion.ts';
import { Tombstones, tombstonesFile } from './tombstones.ts';

const matcher: fc.Arbitrary<Matcher> = fc.record({
  name: fc.string({ unit: 'grapheme' }),
  op: fc.constantFrom<Matcher['op']>('=', '!='),
  value: fc.string({ unit: 'grapheme' }),
});
const tombstone: fc.Arbitrary<Tombstone> = fc.record({
  matchers: fc.array(matcher, { maxLength: 4 }),
  from: fc.oneof(fc.maxSafeInteger(), fc.constant(Number.NEGATIVE_INFINITY)),
  to: fc.oneof(fc.maxSafeInteger(), fc.constant(Number.POSITIVE_INFINITY)),
});

async function written(list: readonly Tombstone[]) {
  const directory = memoryDirectory();
  const tombstones = await Tombstones.open(directory, expect.unreachable);
  for (const each of list) await tombstones.add(each);
  return directory;
}

test('any deletions are read as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tombstone, { maxLength: 5 }), async (list) => {
      const again = await Tombstones.open(await written(list), expect.unreachable);
      expect(again.list).toEqual(list);
    }),
    { numRuns: 60 },
  );
});

test('whatever happens to the file, the start goes on, and what is whole is kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tombstone, { minLength: 2, maxLength: 4 }), fc.nat(), async (list, place) => {
      const directory = await written(list);
      const { length } = await directory.read(tombstonesFile);
      directory.flipBit(tombstonesFile, place % (8 * length));
      const damages: string[] = [];
      const again = await Tombstones.open(directory, (message) => damages.push(message));
      expect(damages.length).toBeGreaterThan(0);
      expect(again.size).toBeLessThan(list.length);
      for (const each of again.list) expect(list).toContainEqual(each);
    }),
    { numRuns: 80 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
      const directory = memoryDirectory();
      await directory.write(tombstonesFile, bytes);
      expect((await Tombstones.open(directory, () => {})).list).toEqual([]);
    }),
  );
});
