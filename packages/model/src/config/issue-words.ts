import type { z } from 'zod';

/** The first wrong field of `input`, what it is and what it must be: `replicas.min is 0, must be >= 1`. `skip`: so much of the path is said already. */
export function issueWords(given: z.core.$ZodIssue, input: unknown, skip = 0): string {
  const issue = typeof valueAt(given.path, input) === 'object' ? closestForm(given) : given;
  // Keys come from outside too: no control characters, no surprises in length.
  const keys = issue.path.slice(skip).map((key) => JSON.stringify(String(key)).slice(1, -1));
  const path = keys.join('.').slice(0, 100);
  const field = path === '' ? '' : `${path} `;
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((key) => JSON.stringify(path === '' ? key : `${path}.${key}`));
    return `unknown key ${unknown.join(', ').slice(0, 200)}, must be one that the reference names`;
  }
  const isWhole = issue.code === 'custom' && !issue.message.startsWith('must ');
  if (isWhole || issue.message.startsWith('is ')) return `${field}${issue.message}`;
  return `${field}is ${foundValue(issue.path, input)}, ${wantedWords(issue)}`;
}

/** Of several forms the one that was meant, where only one is wrong inside: an object's field, not that it is no text. */
function closestForm(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inside = issue.errors.filter(
    (form) =>
      form.length > 0 &&
      form.every(({ path, code }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')),
  );
  const [first] = inside[0] ?? [];
  if (inside.length !== 1 || first === undefined) return issue;
  return { ...first, path: [...issue.path, ...first.path] };
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}

function foundValue(path: readonly PropertyKey[], input: unknown): string {
  const value = valueAt(path, input);
  if (value === undefined) return 'missing';
  // JSON has no words for NaN and infinity.
  return typeof value === 'number' ? String(value) : (JSON.stringify(value)?.slice(0, 80) ?? String(value));
}

/** Where several forms are allowed, the wishes of all; a duration stands for its own. */
function wantedWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? '>' : '>=', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? '<' : '<=', issue.maximum);
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const wishes = issue.errors.flat().map(wantedWords);
      if (wishes.some((wish) => wish.includes('a duration')))
        return 'must be a number, or a duration such as 30s or 5m';
      return wishes.length === 0 ? 'must be one of the forms that the reference names' : wishes.join(', or ');
    }
    case 'custom':
      return issue.message;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

const typeWords: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function bound(origin: string, sign: string, limit: number | bigint): string {
  if (origin === 'string') return `must have ${sign} ${limit} characters`;
  if (origin === 'array' || origin === 'set' || origin === 'object') return `must have ${sign} ${limit} entries`;
  return `must be ${sign} ${limit}`;
}
