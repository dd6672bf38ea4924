export interface ErrorClass {
  readonly name: string;
  readonly count: number;
  readonly severity: 'low' | 'high';
}

const mostClasses = 20;
/** What a client did wrong, or a polite refusal: it is expected to pass by itself. */
const low =
  /^4\d\d$|cancel|abort|not.?found|unauth|forbidden|invalid|bad.?request|validation|rate.?limit|too.?many|conflict/i;

/** 5xx, timeouts, crashes and everything unknown are high: nobody should have to know a class to be told of it. */
export function severityOf(errorClass: string): 'low' | 'high' {
  return low.test(errorClass) ? 'low' : 'high';
}

/** Most frequent first, high before low at the same count; what does not fit is summed as `other`. */
export function summarizeErrors(classes: Iterable<{ readonly name: string; readonly count: number }>): ErrorClass[] {
  const sums = new Map<string, number>();
  for (const { name, count } of classes) {
    if (!(count > 0) || !Number.isFinite(count)) continue;
    const key = name === '' ? 'unknown' : name;
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  const all = [...sums].map(([name, count]) => ({ name, count, severity: severityOf(name) }));
  all.sort((a, b) => b.count - a.count || Number(b.severity === 'high') - Number(a.severity === 'high'));
  if (all.length <= mostClasses) return all;
  const rest = all.slice(mostClasses - 1);
  const severity = rest.some((each) => each.severity === 'high') ? 'high' : 'low';
  return [
    ...all.slice(0, mostClasses - 1),
    { name: 'other', count: rest.reduce((sum, each) => sum + each.count, 0), severity },
  ];
}
