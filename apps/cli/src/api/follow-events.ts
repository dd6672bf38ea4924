import { setTimeout as pause } from 'node:timers/promises';
import type { FleetEvent } from '@jaegis/model';
import type { FleetClient } from './fleet-client.ts';
import { EventParser } from './server-events.ts';

const reconnectMs = 1_000;

/**
 * The fleet's events as they happen, until `signal` aborts. A broken stream is taken up again where it ended
 * (`Last-Event-ID`); the first connection must succeed, so that a wrong address is an error and not a silence.
 */
export async function* followEvents(client: FleetClient, signal: AbortSignal): AsyncGenerator<FleetEvent> {
  let lastId: string | undefined;
  let isFirst = true;
  while (!signal.aborted) {
    try {
      const response = await client.events(lastId, signal);
      isFirst = false;
      const parser = new EventParser();
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) {
        for (const { event, id, data } of parser.push(decoder.decode(bytes as Uint8Array, { stream: true }))) {
          if (id !== '') lastId = id;
          const shape = JSON.parse(data) as { seq?: number };
          yield { event, seq: shape.seq ?? Number(id), data: shape } as unknown as FleetEvent;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isFirst) throw error;
    }
    await pause(reconnectMs, undefined, { signal }).catch(() => {});
  }
}
