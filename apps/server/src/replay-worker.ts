/** The thread that reads a stretch of a long log at the start; see store/files/replay-threads.ts. */
import { replayInThread } from '@jaegis/store';

await replayInThread();
