/** Summation that remembers what each addition rounds away (Kahan 1965, Neumaier 1974). */
export interface KahanSum {
  sum: number;
  rest: number;
}

export function kahanAdd(into: KahanSum, value: number): void {
  const { sum } = into;
  const total = sum + value;
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) into.rest = 0;
  else if (Math.abs(sum) >= Math.abs(value)) into.rest += sum - total + value;
  else into.rest += value - total + sum;
  into.sum = total;
}
