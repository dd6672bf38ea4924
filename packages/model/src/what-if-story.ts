/** What came of another policy on a pool's own past, as a person would say it: the same words in the terminal and on the dashboard. */
import { formatDuration } from '@jaegis/std';
import type { WhatIfName, WhatIfReport, WhatIfRow, WhatIfSettings } from './what-if.ts';

/** What came of it, in a sentence or two: what it would have cost, and who would have waited. */
export function whatIfWords(report: WhatIfReport): string {
  const [current, other] = [rowOf(report, 'current'), rowOf(report, 'other')];
  if (current === undefined || other === undefined) return '';
  const change = current.replicaHours === 0 ? 0 : other.replicaHours / current.replicaHours - 1;
  const percent = Math.round(Math.abs(change) * 1_000) / 10;
  const money =
    current.cost === null || other.cost === null
      ? ''
      : `, ${moneyText(Math.abs(other.cost - current.cost))} ${other.cost <= current.cost ? 'saved' : 'more'}`;
  const time = formatDuration(Math.round((report.to - report.from) / 300_000) * 300_000);
  const paid =
    percent < 0.1
      ? `In ${time} it would have paid for as many replica-hours as the policy of now (${hoursText(other.replicaHours)})`
      : `In ${time} it would have paid for ${hoursText(other.replicaHours)} replica-hours instead of ${hoursText(current.replicaHours)}: ${percent} % ${change < 0 ? 'less' : 'more'}${money}`;
  return `${paid}. ${waitWords(report, current, other)}`;
}

function waitWords(report: WhatIfReport, current: WhatIfRow, other: WhatIfRow): string {
  const wait = formatDuration(report.sloWaitMs);
  const [was, is] = [current.violationsPercent ?? 0, other.violationsPercent ?? 0];
  if (was === 0 && is === 0) return `Nobody would have waited longer than ${wait}, with either.`;
  if (Math.abs(was - is) < 0.005) return `As many would have waited longer than ${wait}: ${shareText(is)} of requests.`;
  return `${shareText(is)} of requests would have waited longer than ${wait} instead of ${shareText(was)}.`;
}

/** `balanced, 2 to 24 replicas, 75 % used, start-up 1m`. */
export function settingsWords(settings: WhatIfSettings): string {
  const { policy, minReplicas, maxReplicas, utilization, startupMs } = settings;
  return [
    typeof policy === 'string' ? policy : 'weights of its own',
    `${minReplicas} to ${maxReplicas} replicas`,
    ...(utilization === null ? [] : [`${Math.round(utilization * 100)} % used`]),
    `start-up ${formatDuration(startupMs)}`,
  ].join(', ');
}

export const rowNames: Readonly<Record<WhatIfName, string>> = {
  recorded: 'What it really had',
  current: 'Policy of now',
  other: 'The other policy',
  oracle: 'Least possible',
};

export function rowOf(report: WhatIfReport, name: WhatIfName): WhatIfRow | undefined {
  return report.rows.find((row) => row.name === name);
}

/** Differences of a few per mille are what this is about: more digits than elsewhere. */
export function hoursText(hours: number): string {
  return hours.toLocaleString('en', { maximumFractionDigits: hours < 10 ? 2 : hours < 10_000 ? 1 : 0 });
}

export function moneyText(usd: number): string {
  return usd.toLocaleString('en', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: usd < 1 ? 3 : 2,
  });
}

/** Small shares matter here: 0.45 % and 0.02 % are worlds apart. */
export function shareText(percent: number): string {
  return percent === 0 ? '0 %' : percent < 0.01 ? '<0.01 %' : `${Number(percent.toPrecision(2))} %`;
}
