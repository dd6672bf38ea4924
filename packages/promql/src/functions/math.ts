/** Functions of one number. */
/** By name: from a sample's value to the result's. */
export const mathFunctions: ReadonlyMap<string, (value: number) => number> = new Map<string, (value: number) => number>(
  [
    ['abs', Math.abs],
    ['acos', Math.acos],
    ['acosh', Math.acosh],
    ['asin', Math.asin],
    ['asinh', Math.asinh],
    ['atan', Math.atan],
    ['atanh', Math.atanh],
    ['ceil', Math.ceil],
    ['cos', Math.cos],
    ['cosh', Math.cosh],
    ['deg', (value) => (value * 180) / Math.PI],
    ['exp', Math.exp],
    ['floor', Math.floor],
    ['ln', Math.log],
    ['log10', Math.log10],
    ['log2', Math.log2],
    ['rad', (value) => (value * Math.PI) / 180],
    ['sgn', (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
    ['sin', Math.sin],
    ['sinh', Math.sinh],
    ['sqrt', Math.sqrt],
    ['tan', Math.tan],
    ['tanh', Math.tanh],
  ],
);

/** To the nearest multiple, halves up. By the inverse, as that loses less. */
export function roundTo(value: number, nearest: number): number {
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

export function clampTo(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
