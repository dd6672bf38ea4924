import { expect, test } from 'vitest';
import { z } from 'zod';
import { issueWords } from './issue-words.ts';

test.each([
  [z.number().positive(), 0, 'must be > 0'],
  [z.number().min(2), 1, 'must be >= 2'],
  [z.number().max(2), 3, 'must be <= 2'],
  [z.number().lt(2), 2, 'must be < 2'],
  [z.number(), 'x', 'must be a number'],
  [z.number().int(), 1.5, 'must be a whole number'],
  [z.string(), 1, 'must be text'],
  [z.string().min(1), '', 'must have >= 1 characters'],
  [z.array(z.string()).min(1), [], 'must have >= 1 entries'],
  [z.object({}), [], 'must be an object'],
  [z.boolean(), 1, 'must be true or false'],
  [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
  [z.literal('a'), 'c', 'must be a'],
  [z.string().regex(/a/), 'c', 'invalid string: must match pattern /a/'],
])('%#: what is wanted is said as everywhere', (schema, value, words) => {
  expect(issueWords(schema.safeParse(value).error!.issues[0]!, value)).toBe(`is ${JSON.stringify(value)}, ${words}`);
});

test('the field is named by its path, of which a part may be said already', () => {
  const schema = z.strictObject({ pools: z.array(z.strictObject({ max: z.union([z.number(), z.literal('all')]) })) });
  const wrong = (input: unknown, skip?: number) => issueWords(schema.safeParse(input).error!.issues[0]!, input, skip);
  expect(wrong({ pools: [{ max: 'x' }] })).toBe('pools.0.max is "x", must be a number, or must be all');
  expect(wrong({ pools: [{}] }, 2)).toBe('max is missing, must be a number, or must be all');
  expect(wrong({ pools: [], more: 1 })).toBe('unknown key "more", must be one that the reference names');
});

test('of several forms the one that was meant says what is wrong in it', () => {
  const schema = z.object({
    policy: z.union([z.enum(['cost', 'balanced']), z.strictObject({ cost: z.number().min(0).default(0) })]),
  });
  const wrong = (policy: unknown) => issueWords(schema.safeParse({ policy }).error!.issues[0]!, { policy });
  expect(wrong({ cost: -1 })).toBe('policy.cost is -1, must be >= 0');
  expect(wrong({ price: 1 })).toBe('unknown key "policy.price", must be one that the reference names');
  expect(wrong('cheap')).toBe('policy is "cheap", must be one of cost, balanced, or must be an object');
});
