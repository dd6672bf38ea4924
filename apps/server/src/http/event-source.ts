import type { FleetEvent } from '@jaegis/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventStream } from '../core/event-stream.ts';
import { sendError } from './answer.ts';

/** A reader this far behind is cut off; it comes back with `Last-Event-ID` and gets what it missed. */
const maxBufferedBytes = 4 * 1024 * 1024;
const keepAliveMs = 15_000;

/** GET /api/fleet/events: server-sent events, resumable. Optional `?types=agent,decision`. */
export function serveEvents(request: FastifyRequest, reply: FastifyReply, events: EventStream): void {
  const types = typesOf(request);
  const raw = reply.raw;
  const write = (event: FleetEvent): void => {
    if (types !== undefined && !types.has(event.event)) return;
    if (raw.writableLength > maxBufferedBytes) {
      raw.destroy();
      return;
    }
    raw.write(formatEvent(event));
  };
  const stop = events.listen(write);
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
  for (const event of events.since(resumePoint(request, events))) write(event);
  const keepAlive = setInterval(() => raw.write(': still here\n\n'), keepAliveMs);
  raw.on('close', () => {
    clearInterval(keepAlive);
    stop();
  });
}

/** The wire form of one event. */
export function formatEvent(event: FleetEvent): string {
  return `id: ${event.seq}\nevent: ${event.event}\ndata: ${JSON.stringify({ ...event.data, seq: event.seq })}\n\n`;
}

function resumePoint(request: FastifyRequest, events: EventStream): number {
  const query = request.query as Record<string, string | undefined>;
  const given = request.headers['last-event-id'] ?? query['lastEventId'];
  const seq = Number(given);
  return given !== undefined && given !== '' && Number.isFinite(seq) ? seq : events.lastSeq;
}

function typesOf(request: FastifyRequest): ReadonlySet<string> | undefined {
  const given = (request.query as Record<string, string | undefined>)['types'];
  return given === undefined || given === '' ? undefined : new Set(given.split(','));
}
