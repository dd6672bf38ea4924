import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSearchText, readUrlState, writeSearchText } from '../../app/url-state.ts';
import { askedIn, nothingAsked, policies, stretches, urlOf, writtenIn } from './what-if-form.ts';

test('a link gives back the question that it was made from', () => {
  const text = fc.string({ maxLength: 8 }).map((each) => each.trim());
  const form = fc.record({
    policy: fc.constantFrom(...policies),
    stretch: fc.constantFrom(...stretches.map(({ key }) => key)),
    fields: fc.record({ min: text, max: text, used: text, startup: text }),
  });
  fc.assert(
    fc.property(form, (asked) => {
      const link = writeSearchText(urlOf(asked, true));
      expect(askedIn(readUrlState(parseSearchText(link)))).toEqual(asked);
    }),
  );
});

test('a link without a policy, or with one that there is not, asks nothing', () => {
  expect(askedIn({ stretch: '1d' })).toBeUndefined();
  expect(askedIn({ policy: 'wishes' })).toBeUndefined();
  expect(askedIn({ policy: 'cost', stretch: 'forever' })).toEqual(nothingAsked);
});

test('fields are numbers where they can be read as such', () => {
  expect(writtenIn({ min: '2', max: 'many', used: '80', startup: '30' })).toEqual({
    minReplicas: 2,
    maxReplicas: 'many',
    utilization: 0.8,
    startup: '30s',
  });
  expect(writtenIn(nothingAsked.fields)).toEqual({});
});
