import { readFileSync } from 'node:fs';
import { join } from '@jaegis/agent';
import { seededRng } from '@jaegis/std';
import { questionStream } from './corpus/corpus.ts';
import { Arrivals } from './load/arrivals.ts';
import { LoadGenerator } from './load/load-generator.ts';
import { isShapeName, shapeNames } from './load/shapes.ts';
import { parseTrace } from './load/trace-file.ts';
import { listen } from './runtime/http-json.ts';

const pool = 'research/load';
const tickMs = 50;
const timeoutMs = 45_000;
const outstandingLimit = 400;

/** Runs the load generator. Environment: RESEARCH_SHAPE, RESEARCH_CALM_RATE (questions per second), RESEARCH_TRACE (a CSV file). */
export async function runLoad(): Promise<void> {
  const traceFile = process.env['RESEARCH_TRACE'];
  const shape = process.env['RESEARCH_SHAPE'] ?? (traceFile === undefined ? 'daily' : 'trace');
  if (!isShapeName(shape)) return refuse(`RESEARCH_SHAPE is "${shape}", must be one of ${shapeNames.join(', ')}`);
  const calmRate = Number(process.env['RESEARCH_CALM_RATE'] ?? 1.5);
  if (!(calmRate > 0)) return refuse(`RESEARCH_CALM_RATE is "${process.env['RESEARCH_CALM_RATE']}", must be > 0`);
  const trace = traceFile === undefined ? undefined : readTrace(traceFile);
  if (trace !== undefined && !trace.ok) return refuse(trace.error);

  const { server, url } = await listen();
  const agent = await join({ pool, labels: { 'agent.url': url } });
  const rng = seededRng(Number(process.env['RESEARCH_SEED'] ?? Date.now()));
  const generator = new LoadGenerator(agent, {
    shape,
    shapes: trace === undefined ? { calmRate } : { calmRate, trace: trace.rate },
    outstandingLimit,
    timeoutMs,
    arrivals: new Arrivals(() => rng.exponential(1)),
    nextQuestion: questionStream({ seed: rng.int(1, 2 ** 31) }),
    random: () => rng.next(),
    now: Date.now,
  });
  server.on('request', (message, response) => {
    generator.serve(message, response).catch((error: Error) => process.stderr.write(`BUG: ${error.stack}\n`));
  });
  const timers = [setInterval(() => generator.tick(), tickMs), setInterval(() => generator.report(), 1_000)];
  agent.onDrain(() => {
    for (const timer of timers) clearInterval(timer);
    server.close();
  });
  process.stdout.write(`${agent.instanceId} asks ${pool} questions, shape ${shape}, control on ${url}/shape\n`);
}

function readTrace(path: string) {
  try {
    return parseTrace(readFileSync(path, 'utf8'));
  } catch (error) {
    return { ok: false, error: `Cannot read trace ${path}: ${(error as Error).message}` } as const;
  }
}

function refuse(reason: string): void {
  process.stderr.write(`Cannot start load: ${reason}\n`);
  process.exitCode = 2;
}
