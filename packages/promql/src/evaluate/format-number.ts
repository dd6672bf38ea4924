/** A sample's value as Prometheus writes it: the shortest text that gives the same double; `NaN`, `+Inf`, `-Inf`, `-0`. */
export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (Object.is(value, -0)) return '-0';
  // JavaScript changes to exponents at the same sizes as Prometheus, but Go writes at least two digits of them.
  return String(value)
    .replace(/^(-?)Infinity$/, '$1Inf')
    .replace(/e([+-])(\d)$/, 'e$10$2');
}
