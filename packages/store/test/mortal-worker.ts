/** A thread that writes blocks; one in three ends at some moment. When that is, is left to chance: it must never matter. */
import { writeBlocksInThread } from '../src/files/block-thread.ts';

const longestLifeMs = 60;

writeBlocksInThread();
if (Math.random() < 1 / 3) setTimeout(() => process.exit(7), Math.random() * longestLifeMs);
