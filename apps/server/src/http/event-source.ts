import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventStream } from '../core/event-stream.ts';
import { sendError } from './answer.ts';

/** A reader that does not take this much for so long is cut off; it comes back with `Last-Event-ID` for what it missed. */
const maxBufferedBytes = 1024 * 1024;
const keepAliveMs = 15_000;
const eventsAtOnce = 100;

/**
 * GET /api/fleet/events: server-sent events, resumable. Optional `?types=agent,decision`. A reader is given what it
 * takes: while its buffer is full it waits, at the place in the stream where it is, and costs no more memory. One that
 * has taken nothing from one keep-alive to the next is gone.
 */
export function serveEvents(request: FastifyRequest, reply: FastifyReply, events: EventStream): void {
  const types = typesOf(request);
  const { raw } = reply;
  let at = resumePoint(request, events);
  let isFull = false;
  const pump = (): void => {
    while (!isFull && !raw.destroyed) {
      const next = events.since(at, eventsAtOnce);
      if (next.length === 0) return;
      for (const event of next) {
        at = event.seq;
        if (types !== undefined && !types.has(event.event)) continue;
        raw.write(event.text);
        isFull = raw.writableLength > maxBufferedBytes;
        if (isFull) break;
      }
    }
  };
  const stop = events.listen(pump);
  if (stop === undefined) {
    sendError(reply, 503, {
      code: 'too_many_listeners',
      message: `Cannot open the event stream: ${events.listeners} are open, must be fewer`,
    });
    return;
  }
  reply.hijack();
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'keep-alive',
  });
  raw.write('retry: 1000\n\n');
  raw.on('drain', () => {
    isFull = false;
    pump();
  });
  let wasFull = false;
  const keepAlive = setInterval(() => {
    if (isFull && wasFull) raw.destroy();
    else if (!isFull) raw.write(': still here\n\n');
    wasFull = isFull;
  }, keepAliveMs);
  raw.on('close', () => {
    clearInterval(keepAlive);
    stop();
  });
  pump();
}

/** Where the reader was; the newest event when it says nothing, nothing sensible, or a place that is yet to come. */
function resumePoint(request: FastifyRequest, events: EventStream): number {
  const query = request.query as Record<string, string | undefined>;
  const given = request.headers['last-event-id'] ?? query['lastEventId'];
  const seq = Number(given);
  return given !== undefined && given !== '' && Number.isFinite(seq) ? Math.min(seq, events.lastSeq) : events.lastSeq;
}

function typesOf(request: FastifyRequest): ReadonlySet<string> | undefined {
  const given = (request.query as Record<string, string | undefined>)['types'];
  return given === undefined || given === '' ? undefined : new Set(given.split(','));
}
