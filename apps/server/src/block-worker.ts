/** The thread that writes, merges and rolls up blocks; see store/files/block-thread.ts. */
import { writeBlocksInThread } from '@jaegis/store';

writeBlocksInThread();
