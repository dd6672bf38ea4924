/**
 * A long log takes seconds to read. Meanwhile the main port answers questions over the blocks that are on the disk, says
 * that it is starting, and sends everything else away to come again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { IngestCounters } from '@jaegis/ingest';
import type { MetricsReader } from '@jaegis/tsdb';
import type { FastifyInstance } from 'fastify';
import { createWaitingApp, type HttpOptions, type WaitingCore } from './http/app.ts';

/** A start that is done by then has no waiting room: the port would only open twice. */
const patienceMs = 500;

export interface WaitingRoom {
  readonly core: Pick<WaitingCore, 'clock' | 'log'>;
  readonly http: HttpOptions;
  readonly listen: (app: FastifyInstance) => Promise<number>;
  /** Default 500 ms. */
  readonly patienceMs?: number;
}

/**
 * Runs `open`, which tells when blocks can be asked, and keeps the waiting room open until it is done. Also gives the
 * port that the room had, when there was one.
 */
export async function openMeanwhile<T>(
  open: (onHistory: (history: MetricsReader) => void) => Promise<T>,
  room: WaitingRoom,
): Promise<{ opened: T; port: number | undefined }> {
  let history: MetricsReader | undefined;
  const opening = open((reader) => {
    history = reader;
  });
  const isDone = await Promise.race([opening.then(() => true), sleep(room.patienceMs ?? patienceMs, false)]);
  if (isDone || history === undefined) return { opened: await opening, port: undefined };
  const { core, http, listen } = room;
  const app = createWaitingApp({ ...core, counters: new IngestCounters(), store: history }, http);
  // A port that is taken is told when the server itself wants it.
  const port = await listen(app).catch(() => undefined);
  if (port !== undefined) core.log.info({}, 'Reading the log of the metrics; blocks can be asked already.');
  try {
    return { opened: await opening, port };
  } finally {
    await app.close();
  }
}
