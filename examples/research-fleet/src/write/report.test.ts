import { expect, test } from 'vitest';
import { composeReport } from './report.ts';

test('numbers its sources in order of use and lists each once', () => {
  const sections = [
    {
      question: 'Where from?',
      sentences: [
        { text: 'From caves.', source: 'a2', score: 1 },
        { text: 'From lakes.', source: 'a1', score: 1 },
      ],
    },
    { question: 'What for?', sentences: [{ text: 'For lamps.', source: 'a2', score: 1 }] },
    { question: 'Why?', sentences: [] },
  ];
  expect(composeReport('Where from, and what for?', sections, { a1: 'One', a2: 'Two' })).toMatchInlineSnapshot(`
    "# Where from, and what for?

    ## Where from?

    From caves. [1] From lakes. [2]

    ## What for?

    For lamps. [1]

    ## Why?

    The library holds nothing about this.

    ## Sources

    1. Two (a2)
    2. One (a1)
    "
  `);
});
