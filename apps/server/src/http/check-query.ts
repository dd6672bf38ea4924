import { type Query, text } from './answer.ts';

// A question that makes no sense is answered with what was wrong: a list that silently ignored a filter would lie.

const numbers = new Set(['limit', 'tail', 'from', 'to', 'at', 'since', 'depth', 'step']);
/** At least this; others may be any finite number. */
const least: Readonly<Record<string, number>> = {
  limit: 1,
  tail: 1,
  depth: 0,
  step: 1,
  from: 0,
  to: 0,
  at: 0,
  since: 0,
};

const agentWords = {
  connectivity: ['live', 'suspect', 'lost', 'stopped'],
  health: ['healthy', 'degraded', 'unhealthy', 'unknown'],
};
const words: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '/api/fleet/agents': agentWords,
  '/api/fleet/incidents': { state: ['open', 'acknowledged', 'resolved'] },
  '/api/fleet/alerts': { state: ['inactive', 'pending', 'firing', 'resolved'] },
};
/** An offset into a list in memory, or the place of a record in a kept list. */
const cursorForm = /^(\d{1,15}|-?\d{1,20}(\.\d+)?~.{1,600})$/;

/** What is wrong with the query of a GET under /api/fleet, in one line; `undefined` when all of it makes sense. */
export function wrongQuery(path: string, query: Query): string | undefined {
  for (const name of Object.keys(query)) {
    const value = text(query, name);
    if (value === undefined) continue;
    const wanted = numbers.has(name)
      ? wantedNumber(name, value)
      : name === 'cursor'
        ? wantedCursor(value)
        : wantedWord(words[path]?.[name], value);
    if (wanted !== undefined)
      return `Cannot read ${path}: ${name} is ${JSON.stringify(value.slice(0, 100))}, must be ${wanted}`;
  }
  return undefined;
}

function wantedNumber(name: string, value: string): string | undefined {
  const parsed = Number(value);
  const bound = least[name] ?? Number.NEGATIVE_INFINITY;
  return Number.isFinite(parsed) && parsed >= bound ? undefined : `a number of at least ${bound}`;
}

function wantedCursor(value: string): string | undefined {
  return cursorForm.test(value) ? undefined : 'what "next" of the page before was';
}

function wantedWord(known: readonly string[] | undefined, value: string): string | undefined {
  if (known === undefined || value.split(',').every((each) => known.includes(each))) return undefined;
  return `one or more of ${known.join(', ')}`;
}
