import { describe, expect, test } from 'vitest';
import { accept, placeAt, suggest } from './complete.ts';

const vocabulary = {
  metrics: ['jaegis_agent_signal', 'jaegis_pool_signal', 'rate_limit_hits', 'up'],
  labels: ['instance_id', 'pool', 'signal'],
  values: ['research/reader', 'research/"odd"'],
};
/** `|` is the cursor. */
function at(marked: string) {
  const cursor = marked.indexOf('|');
  return { text: marked.replace('|', ''), cursor, place: placeAt(marked.replace('|', ''), cursor) };
}

describe('what can be written at the cursor', () => {
  test.each([
    ['jae|', 'name', 'jae'],
    ['sum(ra|', 'name', 'ra'],
    ['up{|', 'label', ''],
    ['up{pool="a", sig|', 'label', 'sig'],
    ['sum by (po|', 'label', 'po'],
    ['a / on (po|', 'label', 'po'],
    ['rate(up[5|', 'duration', '5'],
    ['up |', 'none', ''],
    ['label_replace(up, "a|', 'none', ''],
  ])('%s', (marked, kind, word) => {
    expect(at(marked).place).toMatchObject({ kind, word });
  });

  test('the value of a label, with the label', () => {
    expect(at('up{pool=~"research/r|').place).toMatchObject({ kind: 'value', word: 'research/r', label: 'pool' });
    expect(at('up{pool!="a\\"b", signal="|').place).toMatchObject({ kind: 'value', word: '', label: 'signal' });
  });
});

describe('suggestions', () => {
  test('what begins with the word comes first, then what holds it', () => {
    const found = suggest(at('rate|').place, vocabulary).map((each) => each.text);
    expect(found[0]).toBe('rate_limit_hits');
    expect(found).toContain('irate');
    expect(found).not.toContain('rate');
  });

  test('an empty place between operators is left in peace; an empty label place is not', () => {
    expect(suggest(at('|').place, vocabulary)).toEqual([]);
    expect(suggest(at('up{|').place, vocabulary).map((each) => each.text)).toEqual(vocabulary.labels);
  });

  test('accepting writes it, opens the bracket of a function, escapes a value, and keeps what follows', () => {
    const name = at('sum(irat|[5m])');
    const [irate] = suggest(name.place, vocabulary);
    expect(accept(name.text, name.cursor, { place: name.place, suggestion: irate! })).toEqual({
      text: 'sum(irate([5m])',
      cursor: 10,
    });
    const value = at('up{pool="res|"}');
    const odd = suggest(value.place, vocabulary)[1]!;
    expect(accept(value.text, value.cursor, { place: value.place, suggestion: odd }).text).toBe(
      'up{pool="research/\\"odd\\""}',
    );
  });
});
