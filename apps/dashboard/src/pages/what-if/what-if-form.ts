import type { UrlState } from '../../app/url-state.ts';
import type { BacktestQuestion } from '../../data/backtest.ts';

export const policies = ['cost', 'balanced', 'performance', 'availability'] as const;
type PolicyName = (typeof policies)[number];
export const stretches = [
  { key: '1h', name: 'Last hour' },
  { key: '1d', name: 'Last day' },
  { key: '7d', name: 'Last week' },
] as const;
type Stretch = (typeof stretches)[number]['key'];

/** What of the policy's bounds is written in the fields; empty is "as it is". */
export interface Fields {
  readonly min: string;
  readonly max: string;
  readonly used: string;
  readonly startup: string;
}

export interface WhatIfForm {
  readonly policy: PolicyName;
  readonly stretch: Stretch;
  readonly fields: Fields;
}

export const nothingAsked: WhatIfForm = {
  policy: 'cost',
  stretch: '1h',
  fields: { min: '', max: '', used: '', startup: '' },
};

/** The question in a link; `undefined` where it asks none, or about a policy that there is not. */
export function askedIn(url: UrlState): WhatIfForm | undefined {
  const policy = policies.find((each) => each === url.policy);
  if (policy === undefined) return undefined;
  const stretch = stretches.find(({ key }) => key === url.stretch)?.key ?? nothingAsked.stretch;
  const { min = '', max = '', used = '', startup = '' } = url;
  return { policy, stretch, fields: { min, max, used, startup } };
}

/** The link of a question. A decision's page has a stretch of its own. */
export function urlOf({ policy, stretch, fields }: WhatIfForm, hasStretch: boolean): UrlState {
  const written = (text: string) => (text.trim() === '' ? undefined : text.trim());
  return {
    policy,
    stretch: hasStretch ? stretch : undefined,
    min: written(fields.min),
    max: written(fields.max),
    used: written(fields.used),
    startup: written(fields.startup),
  };
}

const halfHourMs = 1_800_000;

export function stretchOf(
  stretch: Stretch,
  around: number | undefined,
): Pick<BacktestQuestion, 'range' | 'from' | 'to'> {
  if (around === undefined) return { range: stretch };
  return { from: around - halfHourMs, to: Math.min(Date.now(), around + halfHourMs) };
}

/** What the server makes of a field that is no number, it says itself. */
export function writtenIn({ min, max, used, startup }: Fields): Partial<BacktestQuestion> {
  const number = (text: string) => (Number.isNaN(Number(text)) ? (text as unknown as number) : Number(text));
  return {
    ...(min.trim() !== '' && { minReplicas: number(min) }),
    ...(max.trim() !== '' && { maxReplicas: number(max) }),
    ...(used.trim() !== '' && { utilization: Number(used) / 100 }),
    ...(startup.trim() !== '' && { startup: /^\d+$/.test(startup.trim()) ? `${startup.trim()}s` : startup.trim() }),
  };
}
