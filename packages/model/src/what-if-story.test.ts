import { expect, test } from 'vitest';
import type { WhatIfReport, WhatIfRow } from './what-if.ts';
import { settingsWords, shareText, whatIfWords } from './what-if-story.ts';

function reportOf(current: Partial<WhatIfRow>, other: Partial<WhatIfRow>): WhatIfReport {
  const row = { replicaHours: 10, cost: 2, xOracle: 1.2, violationsPercent: 0, p99WaitMs: 0, scaleEventsPerHour: 1 };
  return {
    from: 0,
    to: 86_400_000,
    sloWaitMs: 10_000,
    rows: [
      { ...row, name: 'current', ...current },
      { ...row, name: 'other', ...other },
    ],
  } as unknown as WhatIfReport;
}

test('cheaper and later is said with both numbers', () => {
  expect(
    whatIfWords(reportOf({ violationsPercent: 0.5 }, { replicaHours: 8, cost: 1.6, violationsPercent: 0.97 })),
  ).toBe(
    'In 1d it would have paid for 8 replica-hours instead of 10: 20 % less, $0.40 saved. 0.97 % of requests would have waited longer than 10s instead of 0.5 %.',
  );
});

test('dearer without a price, the same, and nobody waiting', () => {
  expect(whatIfWords(reportOf({ cost: null }, { replicaHours: 12, cost: null }))).toBe(
    'In 1d it would have paid for 12 replica-hours instead of 10: 20 % more. Nobody would have waited longer than 10s, with either.',
  );
  expect(whatIfWords(reportOf({ violationsPercent: 0.2 }, { violationsPercent: 0.201 }))).toBe(
    'In 1d it would have paid for as many replica-hours as the policy of now (10). As many would have waited longer than 10s: 0.2 % of requests.',
  );
});

test('settings and shares as a person would write them', () => {
  const settings = { policy: 'cost', minReplicas: 2, maxReplicas: 24, utilization: 0.75, startupMs: 60_000 } as const;
  expect(settingsWords(settings)).toBe('cost, 2 to 24 replicas, 75 % used, start-up 1m');
  expect([0, 0.0004, 0.4567, 12.34].map(shareText)).toEqual(['0 %', '<0.01 %', '0.46 %', '12 %']);
});
