/**
 * Reads a metrics page: Prometheus text format 0.0.4 or OpenMetrics 1.0. One walk over the text; a sample is handed on as
 * the text of its series (`name{a="b"}` as written) with its value, so that a reader that has seen the series before
 * need not take it apart; `parseSeries` does that. A line that cannot be read is counted and the others are taken.
 */
export interface ExpositionOptions {
  /** OpenMetrics: timestamps are seconds, and the page must end in `# EOF`. */
  readonly isOpenMetrics: boolean;
  /** Called per sample; `at` is epoch milliseconds where the page gives one. */
  readonly onSample: (series: string, value: number, at: number | null) => void;
  /** Called for each comment line, from its `#` on. */
  readonly onComment?: (line: string) => void;
  /** Called, behind its sample, with the exemplar of a line of OpenMetrics. */
  readonly onExemplar?: (series: string, exemplar: LineExemplar) => void;
}

export interface LineExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch milliseconds, where the page gives one. */
  readonly at: number | null;
}

export interface ExpositionRead {
  readonly samples: number;
  readonly badLines: number;
  /** The first bad line: its number, what is wrong and its beginning. Empty when there is none. */
  readonly error: string;
  /** False when an OpenMetrics page has no `# EOF`: the rest of it was lost on the way. */
  readonly isComplete: boolean;
}

const quote = 34;
const hash = 35;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;

/**
 * Reads a page of Prometheus' text or of OpenMetrics and hands over each sample. A line that cannot be read is counted, the
 * first of them is told, and the rest of the page is read on. Linear in the text.
 */
export function parseExposition(text: string, options: ExpositionOptions): ExpositionRead {
  const { isOpenMetrics, onSample } = options;
  let samples = 0;
  let badLines = 0;
  let error = '';
  let hasEnd = false;
  let lineNumber = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    lineNumber++;
    let from = start;
    let to = end;
    start = end + 1;
    while (from < to && isBlank(text.charCodeAt(from))) from++;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
    if (from === to) continue;
    if (text.charCodeAt(from) === hash) {
      if (isOpenMetrics && text.startsWith('# EOF', from) && to - from === 5) {
        hasEnd = true;
        break;
      }
      options.onComment?.(text.slice(from, to));
      continue;
    }
    const line = readSample(text, from, to);
    if (typeof line === 'string') {
      badLines++;
      if (error === '')
        error = `line ${lineNumber}: ${line}: ${JSON.stringify(text.slice(from, Math.min(to, from + 80)))}`;
      continue;
    }
    samples++;
    const at = line.at === null ? null : isOpenMetrics ? Math.floor(line.at * 1_000) : Math.trunc(line.at);
    const series = text.slice(from, line.seriesEnd);
    onSample(series, line.value, at);
    if (isOpenMetrics && line.exemplarAt > 0 && options.onExemplar !== undefined) {
      const exemplar = readExemplar(text.slice(line.exemplarAt + 1, to));
      if (exemplar !== undefined) options.onExemplar(series, exemplar);
    }
  }
  return { samples, badLines, error, isComplete: hasEnd || !isOpenMetrics };
}

interface SampleLine {
  seriesEnd: number;
  value: number;
  at: number | null;
  /** Where an exemplar's `#` stands; 0 without one. */
  exemplarAt: number;
}

/** `{trace_id="x"} 0.67 1520879607.789`: labels, value and, where given, a time. `undefined` when it is none. */
function readExemplar(text: string): LineExemplar | undefined {
  const open = text.indexOf('{');
  const end = open < 0 ? -1 : labelsEnd(text, open, text.length);
  if (end < 0 || text.slice(0, open).trim() !== '') return undefined;
  const parsed = parseSeries(text.slice(open, end));
  const [first = '', second] = text
    .slice(end)
    .trim()
    .split(/[ \t]+/);
  const value = readValue(first);
  const seconds = second === undefined ? null : readValue(second);
  if (!parsed.ok || value === undefined || seconds === undefined) return undefined;
  return { labels: parsed.labels, value, at: seconds === null ? null : Math.floor(seconds * 1_000) };
}

function readSample(text: string, from: number, to: number): SampleLine | string {
  let position = from;
  while (position < to && isNamePart(text.charCodeAt(position), position === from)) position++;
  if (position === from) return 'a metric name must come first';
  let seriesEnd = position;
  while (position < to && isBlank(text.charCodeAt(position))) position++;
  if (position < to && text.charCodeAt(position) === openBrace) {
    position = labelsEnd(text, position, to);
    if (position < 0) return 'the labels do not end in "}"';
    seriesEnd = position;
  }
  if (
    position < to &&
    !isBlank(text.charCodeAt(position)) &&
    position === seriesEnd &&
    text.charCodeAt(position - 1) !== closeBrace
  )
    return 'the metric name holds a character that names may not hold';
  while (position < to && isBlank(text.charCodeAt(position))) position++;
  const valueEnd = wordEnd(text, position, to);
  const value = readValue(text.slice(position, valueEnd));
  if (value === undefined) return 'the value is not a number';
  position = valueEnd;
  while (position < to && isBlank(text.charCodeAt(position))) position++;
  let at: number | null = null;
  if (position < to && text.charCodeAt(position) !== hash) {
    const timeEnd = wordEnd(text, position, to);
    at = readValue(text.slice(position, timeEnd)) ?? Number.NaN;
    if (!Number.isFinite(at)) return 'the timestamp is not a number';
    position = timeEnd;
    while (position < to && isBlank(text.charCodeAt(position))) position++;
    if (position < to && text.charCodeAt(position) !== hash) return 'there is text behind the timestamp';
  }
  // What begins with "#" is an exemplar.
  return { seriesEnd, value, at, exemplarAt: position < to ? position : 0 };
}

/** The position behind the closing brace, or -1. Braces inside quotes do not count. */
function labelsEnd(text: string, open: number, to: number): number {
  let isQuoted = false;
  for (let position = open + 1; position < to; position++) {
    const code = text.charCodeAt(position);
    if (isQuoted) {
      if (code === backslash) position++;
      else if (code === quote) isQuoted = false;
    } else if (code === quote) isQuoted = true;
    else if (code === closeBrace) return position + 1;
  }
  return -1;
}

export type SeriesParsed =
  | { readonly ok: true; readonly name: string; readonly labels: Record<string, string> }
  | { readonly ok: false; readonly error: string };

const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y;

/** Takes the text of a series apart. Empty values mean "no label"; a name given twice is an error. */
export function parseSeries(series: string): SeriesParsed {
  const brace = series.indexOf('{');
  if (brace < 0) return { ok: true, name: series.trim(), labels: {} };
  const name = series.slice(0, brace).trim();
  const labels = new Map<string, string>();
  let position = brace + 1;
  for (;;) {
    position = skipBlanks(series, position);
    if (series.charCodeAt(position) === closeBrace) break;
    labelName.lastIndex = position;
    const found = labelName.exec(series)?.[0];
    if (found === undefined) return { ok: false, error: 'a label name is missing' };
    position = skipBlanks(series, position + found.length);
    if (series[position] !== '=') return { ok: false, error: `label ${found} has no value` };
    position = skipBlanks(series, position + 1);
    if (series[position] !== '"') return { ok: false, error: `the value of label ${found} must be in quotes` };
    const value = readQuoted(series, position + 1);
    if (value === undefined) return { ok: false, error: `the value of label ${found} does not end` };
    if (labels.has(found)) return { ok: false, error: `label ${found} is given twice` };
    labels.set(found, value.text);
    position = skipBlanks(series, value.end);
    if (series[position] === ',') position++;
    else if (series.charCodeAt(position) !== closeBrace)
      return { ok: false, error: 'labels must be separated by commas' };
  }
  return { ok: true, name, labels: Object.fromEntries([...labels].filter(([, value]) => value !== '')) };
}

function readQuoted(text: string, start: number): { text: string; end: number } | undefined {
  let value = '';
  let from = start;
  for (let position = start; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code === quote) return { text: value + text.slice(from, position), end: position + 1 };
    if (code !== backslash) continue;
    const escaped = text[position + 1];
    value += text.slice(from, position);
    // An escape that the format does not know stands for itself.
    value += escaped === 'n' ? '\n' : escaped === '"' || escaped === '\\' ? escaped : `\\${escaped ?? ''}`;
    position++;
    from = position + 1;
  }
  return undefined;
}

const plainNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

function readValue(word: string): number | undefined {
  if (plainNumber.test(word)) return Number(word);
  const lower = word.toLowerCase();
  if (lower === 'nan') return Number.NaN;
  if (lower === 'inf' || lower === '+inf' || lower === 'infinity' || lower === '+infinity')
    return Number.POSITIVE_INFINITY;
  if (lower === '-inf' || lower === '-infinity') return Number.NEGATIVE_INFINITY;
  return undefined;
}

function wordEnd(text: string, start: number, to: number): number {
  let position = start;
  while (position < to && !isBlank(text.charCodeAt(position))) position++;
  return position;
}

function skipBlanks(text: string, start: number): number {
  let position = start;
  while (position < text.length && isBlank(text.charCodeAt(position))) position++;
  return position;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

function isNamePart(code: number, isFirst: boolean): boolean {
  const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58;
  return isLetter || (!isFirst && code >= 48 && code <= 57);
}
