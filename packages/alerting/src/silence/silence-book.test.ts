import { expect, test } from 'vitest';
import { fitsLabels, type SilenceMatcher, silenceState, wrongMatchers } from './silence.ts';
import { type GivenSilence, SilenceBook } from './silence-book.ts';

const hour = 3_600_000;
const is = (name: string, value: string): SilenceMatcher => ({ name, value, isRegex: false, isEqual: true });
const like = (name: string, value: string): SilenceMatcher => ({ name, value, isRegex: true, isEqual: true });
const not = (matcher: SilenceMatcher): SilenceMatcher => ({ ...matcher, isEqual: false });

function given(more: Partial<GivenSilence> = {}): GivenSilence {
  return { matchers: [is('pool', 'a')], startsAt: 0, endsAt: hour, createdBy: 'me', comment: 'work', ...more };
}

function bookOf(options?: ConstructorParameters<typeof SilenceBook>[0]) {
  const book = new SilenceBook(options);
  let made = 0;
  const set = (silence: GivenSilence, now = 0) => book.set(silence, { now, newId: () => `s${++made}` });
  return { book, set };
}

test.each([
  [[is('pool', 'a')], { pool: 'a', agent: 'x' }, true],
  [[is('pool', 'a')], { pool: 'b' }, false],
  [[is('pool', '')], {}, true],
  [[not(is('pool', 'a'))], {}, true],
  [[like('agent', 'reader-.*')], { agent: 'reader-3' }, true],
  // The whole value, as everywhere in Prometheus.
  [[like('agent', 'reader')], { agent: 'reader-3' }, false],
  [[not(like('agent', 'reader-.*'))], { agent: 'reader-3' }, false],
  [[is('pool', 'a'), is('agent', 'y')], { pool: 'a', agent: 'x' }, false],
  [[like('agent', '(')], { agent: '(' }, false],
  [[is('constructor', '')], {}, true],
])('%j on %j: %s', (matchers, labels, fits) => {
  expect(fitsLabels(matchers, labels as Record<string, string>)).toBe(fits);
});

test('a silence that would fit everything, or nothing that can be read, is refused', () => {
  expect(wrongMatchers([])).toBe('at least one matcher required');
  expect(wrongMatchers([like('pool', '.*')])).toBe('at least one matcher must not match the empty string');
  expect(wrongMatchers([not(is('pool', 'a'))])).toBe('at least one matcher must not match the empty string');
  expect(wrongMatchers([like('pool', '(')])).toBe('invalid label matcher 0: invalid regular expression "("');
  expect(wrongMatchers([is('', 'a')])).toBe('invalid label matcher 0: invalid label name ""');
  expect(wrongMatchers([like('pool', '.*'), is('agent', 'x')])).toBeUndefined();
});

test('it silences from its beginning to its end', () => {
  const { book, set } = bookOf();
  set(given({ startsAt: hour, endsAt: 2 * hour }));
  const times = [0, hour, 2 * hour - 1, 2 * hour];
  expect(times.map((now) => book.silencing({ pool: 'a' }, now))).toEqual([[], ['s1'], ['s1'], []]);
  expect(times.map((now) => silenceState(book.get('s1')!, now))).toEqual(['pending', 'active', 'active', 'expired']);
  expect(book.silencing({ pool: 'b' }, hour)).toEqual([]);
});

test('what begins in the past begins now; what ends in the past is refused', () => {
  const { set } = bookOf();
  expect(set(given(), hour / 2)).toMatchObject({ silence: { id: 's1', startsAt: hour / 2, endsAt: hour } });
  expect(set(given(), hour)).toMatchObject({ code: 'invalid', error: "end time can't be in the past" });
  expect(set(given({ endsAt: 0 }))).toMatchObject({ code: 'invalid', error: 'start time must be before end time' });
  expect(set(given({ id: 's9' }))).toMatchObject({ code: 'unknown', error: 'silence s9 not found' });
});

test('a change keeps the silence; other matchers end it and make a new one', () => {
  const { book, set } = bookOf();
  set(given());
  expect(set(given({ id: 's1', endsAt: 3 * hour, comment: 'longer' }), 10)).toMatchObject({
    silence: { id: 's1', startsAt: 0, endsAt: 3 * hour, updatedAt: 10, comment: 'longer' },
  });
  expect(set(given({ id: 's1', matchers: [is('pool', 'b')] }), 20)).toMatchObject({ silence: { id: 's2' } });
  expect(book.get('s1')!.endsAt).toBe(20);
  expect(book.silencing({ pool: 'a' }, 20)).toEqual([]);
  // An ended one is not woken: it comes again under a new name.
  expect(set(given({ id: 's1', endsAt: 2 * hour }), 30)).toMatchObject({ silence: { id: 's3', startsAt: 30 } });
});

test('a person ends it, once', () => {
  const { book, set } = bookOf();
  set(given());
  expect(['s1', 's1', 's2'].map((id) => book.expire(id, 5))).toEqual(['done', 'already', 'unknown']);
  expect(book.silencing({ pool: 'a' }, 5)).toEqual([]);
});

test('there is an end to how many are kept: expired ones go first, by age at last', () => {
  const { book, set } = bookOf({ maxSilences: 2, keepExpiredMs: hour });
  set(given());
  set(given());
  expect(set(given())).toMatchObject({ code: 'full' });
  expect(book.refused).toBe(1);
  book.expire('s1', 5);
  expect(set(given(), 6)).toMatchObject({ silence: { id: 's3' } });
  expect(book.list().map(({ id }) => id)).toEqual(['s2', 's3']);
  book.prune(2 * hour + 1);
  expect(book.list()).toEqual([]);
});
