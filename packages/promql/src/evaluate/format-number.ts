/** A sample's value as Prometheus writes it: the shortest text that gives the same double; `NaN`, `+Inf`, `-Inf`, `-0`. */
export function formatNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  const text = String(value);
  // JavaScript changes to exponents at the same sizes as Prometheus, but Go writes at least two digits of them.
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text;
}
