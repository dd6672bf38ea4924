/**
 * How long it takes from a sample to its anomaly on the event stream: series of the probe's own report every second, beside
 * whatever else does; one after the other is broken by one far value in an otherwise ordinary report. Timed from before the
 * report is sent to the moment the event has been read, as a client has it.
 */
import type { Agent } from 'node:http';
import { packSnappy, WireWriter } from '@jaegis/protocol';
import { seededRng } from '@jaegis/std';
import { post } from './send-bodies.ts';
import { authorization, remoteWriteHeaders } from './visible-probe.ts';

export interface EventProbe {
  readonly url: string;
  readonly token: string | undefined;
  readonly agent: Agent;
  readonly isOver: () => boolean;
  /** Told of each broken series whose event came. */
  readonly onEvent: (tookMs: number) => void;
}

export interface ProbedEvents {
  /** Series that were broken. */
  readonly broken: number;
  /** Anomalies of the probe's series that nobody had broken. */
  readonly unasked: number;
  /** Anomalies of everything else. */
  readonly others: number;
}

const series = 200;
const everyMs = 1_000;
/** Before that the detector is silent: half a minute of age and its own warm-up of 40 values. */
const warmRounds = 90;
const brokenPerRound = 2;
const brokenFactor = 5;
const metric = 'jaegis_loadgen_level';

/** Reports and breaks until it is over, then waits a moment for late events. */
export async function probeEvents(probe: EventProbe): Promise<ProbedEvents> {
  const sentAt = new Map<number, number>();
  let unasked = 0;
  let others = 0;
  const listening = new AbortController();
  const reading = readAnomalies(probe, listening.signal, (place) => {
    const at = place === undefined ? undefined : sentAt.get(place);
    if (place === undefined) others++;
    else if (at === undefined) unasked++;
    else if (sentAt.delete(place)) probe.onEvent(performance.now() - at);
  }).catch(() => undefined);
  const rng = seededRng(7);
  let broken = 0;
  for (let round = 0; !probe.isOver(); round++) {
    const values = Array.from({ length: series }, () => 100 + 8 * rng.normal());
    const isWarm = round >= warmRounds && broken + brokenPerRound <= series;
    for (let k = 0; isWarm && k < brokenPerRound; k++) {
      values[broken] = brokenFactor * values[broken]!;
      sentAt.set(broken, performance.now());
      broken++;
    }
    const headers = { ...authorization(probe.token), ...remoteWriteHeaders };
    await post(bodyOf(values), { url: `${probe.url}/api/v1/write`, headers }, probe.agent).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await new Promise((resolve) => setTimeout(resolve, everyMs));
  listening.abort();
  await reading;
  return { broken, unasked, others };
}

/** Tells of each anomaly that opens the place of the probe's series, or `undefined` where it is another's. */
async function readAnomalies(
  probe: EventProbe,
  signal: AbortSignal,
  onOpen: (place: number | undefined) => void,
): Promise<void> {
  const headers = authorization(probe.token);
  const answer = await fetch(`${probe.url}/api/fleet/events?types=anomaly`, { headers, signal });
  const decoder = new TextDecoder();
  let text = '';
  const open = new Set<string>();
  for await (const part of answer.body!) {
    text += decoder.decode(part as Uint8Array, { stream: true });
    const lines = text.split('\n');
    text = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const { id, series: labels } = JSON.parse(line.slice(6)) as { id: string; series: Record<string, string> };
      if (open.has(id)) continue;
      open.add(id);
      onOpen(labels['__name__'] === metric ? Number(labels['place']) : undefined);
    }
  }
}

function bodyOf(values: readonly number[]): Uint8Array {
  const writer = new WireWriter();
  const now = Date.now();
  values.forEach((value, place) => {
    writer.messageField(1, (one) => {
      for (const [name, text] of [
        ['__name__', metric],
        ['instance', `probe-${place % 10}`],
        ['place', `${place}`],
        ['pool', `probe-${place}`],
      ] as const)
        one.messageField(1, (label) => {
          label.stringField(1, name);
          label.stringField(2, text);
        });
      one.messageField(2, (sample) => {
        sample.doubleField(1, value);
        sample.varintField(2, now);
      });
    });
  });
  return packSnappy(writer.finish());
}
