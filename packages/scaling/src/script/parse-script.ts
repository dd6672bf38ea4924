import { poolModes, type SignalName } from '@jaegis/model';
import { parseDurationMs, ScriptError, type ScriptWords, splitScriptLine } from '@jaegis/std';
import { parseExpectation } from './parse-expectation.ts';
import { type ActuatorFault, type Inputs, type Line, type Range, type Statement, signalNamed } from './statement.ts';

export interface ParsedScript {
  readonly lines: readonly Line[];
  readonly failures: readonly ScriptFailure[];
}

export interface ScriptFailure {
  /** 1 is the first line; 0 means the script as a whole. */
  readonly line: number;
  readonly message: string;
}

/** Parses a `.scaling` script (the language is described in the package's README). Failures name the line. */
export function parseScalingScript(text: string): ParsedScript {
  const failures: ScriptFailure[] = [];
  const blocks: { line: Line[]; times: number; number: number }[] = [{ line: [], times: 1, number: 0 }];
  for (const [index, raw] of text.split('\n').entries()) {
    const number = index + 1;
    try {
      const words = splitScriptLine(raw);
      if (words.isEmpty) continue;
      const verb = words.next('a verb');
      if (verb === 'repeat') {
        if (blocks.length > 8) throw new ScriptError('repeat is nested more than 8 deep');
        blocks.push({ line: [], times: words.integer('how often', 1, 100_000), number });
        words.end();
      } else if (verb === 'end') {
        words.end();
        const done = blocks.length > 1 ? blocks.pop() : undefined;
        if (done === undefined) throw new ScriptError('end without repeat');
        const statement: Statement = { kind: 'repeat', times: done.times, body: done.line };
        blocks.at(-1)!.line.push({ number: done.number, statement });
      } else {
        const statement = parseStatement(verb, words);
        words.end();
        blocks.at(-1)!.line.push({ number, statement });
      }
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      failures.push({ line: number, message: error.message });
    }
  }
  const open = blocks.length > 1 ? blocks.at(-1) : undefined;
  if (open !== undefined) failures.push({ line: open.number, message: 'repeat without end' });
  return { lines: blocks[0]!.line, failures };
}

function parseStatement(verb: string, words: ScriptWords): Statement {
  switch (verb) {
    case 'pool':
      return { kind: 'pool', name: words.next('a name') };
    case 'set': {
      const path = words.next('an option');
      return { kind: 'set', path, values: words.rest('a value') };
    }
    case 'start':
      return { kind: 'start', at: parseStart(words.next('a time like 2024-01-01T08:00:00Z')) };
    case 'plant':
      return parsePlant(words);
    case 'at':
      return { kind: 'at', time: words.time('a time'), inputs: parseInputs(words) };
    case 'from': {
      const from = words.time('a time');
      words.keyword('to');
      const to = words.time('a time');
      words.keyword('every');
      const everyMs = words.duration('a step');
      if (everyMs < 100) throw new ScriptError(`every is ${everyMs} ms, must be at least 100ms`);
      return { kind: 'from', from, to, everyMs, inputs: parseInputs(words) };
    }
    case 'missing':
    case 'present':
      return { kind: verb, signals: parseSignals(words.rest('a signal')) };
    case 'stale': {
      const all = words.rest('a signal and an age');
      const ageMs = parseDurationMs(all.at(-1) ?? '');
      if (ageMs === undefined) throw new ScriptError(`stale needs an age like 60s at its end, got "${all.at(-1)}"`);
      return { kind: 'stale', signals: parseSignals(all.slice(0, -1)), ageMs };
    }
    case 'forecast':
      return parseForecast(words);
    case 'mode':
      return { kind: 'mode', mode: words.oneOf(poolModes) };
    case 'target':
      return { kind: 'target', isHealthy: words.oneOf(['healthy', 'unavailable'] as const) === 'healthy' };
    case 'actuator':
      return parseActuator(words);
    case 'spent': {
      const text = words.next('an amount or unknown');
      return { kind: 'spent', amount: text === 'unknown' ? null : toNumber(text) };
    }
    case 'restart':
      return { kind: 'restart', forgets: words.take('forgetting') };
    case 'expect':
      return { kind: 'expect', expectation: parseExpectation(words) };
    default:
      throw new ScriptError(`unknown verb "${verb}"`);
  }
}

function parsePlant(words: ScriptWords): Statement {
  let capacity = 10;
  let startupMs = 30_000;
  let serviceSeconds = 0.1;
  let ready = 1;
  let signals: SignalName[] = ['request_rate', 'throughput', 'queue_length', 'cpu_utilization', 'latency_p95'];
  while (!words.isEmpty) {
    const key = words.next('capacity, startup, service, ready or signals');
    if (key === 'capacity') capacity = toNumber(words.next('requests per second'));
    else if (key === 'startup') startupMs = words.duration('a start-up time');
    else if (key === 'service') serviceSeconds = words.duration('a service time') / 1_000;
    else if (key === 'ready') ready = words.integer('replicas', 0, 1_000_000);
    else if (key === 'signals') signals = parseSignals(words.next('signals, comma between').split(','));
    else throw new ScriptError(`plant: unknown "${key}", must be capacity, startup, service, ready or signals`);
  }
  return { kind: 'plant', capacity, startupMs, serviceSeconds, ready, signals };
}

function parseInputs(words: ScriptWords): Inputs {
  const signals: Partial<Record<SignalName, Range>> = {};
  const counts: { ready?: number; pending?: number; draining?: number } = {};
  let noise = 0;
  while (!words.isEmpty) {
    const key = words.next('a signal');
    if (key === 'ready' || key === 'pending' || key === 'draining') {
      counts[key] = words.integer(key, 0, 1_000_000);
    } else if (key === 'noise') {
      noise = toNumber(words.next('a share like 0.2'));
    } else {
      const [signal] = parseSignals([key]);
      signals[signal!] = parseRange(words.next(`a value of ${key}`));
    }
  }
  return { signals, noise, ready: counts.ready, pending: counts.pending, draining: counts.draining };
}

function parseRange(text: string): Range {
  const [first, last, ...rest] = text.split('..');
  if (rest.length > 0) throw new ScriptError(`"${text}" is no value, must be like 10 or 10..80`);
  const from = toNumber(first ?? '');
  return { first: from, last: last === undefined ? from : toNumber(last) };
}

function parseSignals(names: readonly string[]): SignalName[] {
  return names.map((text) => {
    const name = signalNamed(text);
    if (name === undefined) throw new ScriptError(`unknown signal "${text}"`);
    return name;
  });
}

function parseForecast(words: ScriptWords): Statement {
  if (words.take('off')) return { kind: 'forecast', demand: undefined, trust: 0 };
  const demand = toNumber(words.next('a demand, or off'));
  const trust = words.take('trust') ? toNumber(words.next('a trust in 0..1')) : 1;
  return { kind: 'forecast', demand, trust };
}

function parseActuator(words: ScriptWords): Statement {
  const faults = ['ok', 'slow', 'refuses', 'never-ready', 'lies'] as const;
  const fault: ActuatorFault = words.oneOf(faults);
  return { kind: 'actuator', fault, delayMs: fault === 'slow' ? words.duration('how much longer it takes') : 0 };
}

function parseStart(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ScriptError(`start is "${text}", must be like 2024-01-01T08:00:00Z`);
  return at;
}

function toNumber(text: string): number {
  const special: Record<string, number> = { NaN: Number.NaN, Inf: Infinity, '+Inf': Infinity, '-Inf': -Infinity };
  const value = special[text] ?? (text === '' ? Number.NaN : Number(text));
  if (Number.isNaN(value) && text !== 'NaN') throw new ScriptError(`"${text}" is not a number`);
  return value;
}
