// Sliding extremes in linear time by a monotonic queue of indexes.

/** Highest of values[i - back .. i + ahead], cut at the ends. */
export function slidingMax(values: Float64Array, window: { back: number; ahead: number }): Float64Array {
  return slide(values, window, (a, b) => a >= b);
}

/** Lowest of values[i - back .. i + ahead], cut at the ends. */
export function slidingMin(values: Float64Array, window: { back: number; ahead: number }): Float64Array {
  return slide(values, window, (a, b) => a <= b);
}

function slide(
  values: Float64Array,
  { back, ahead }: { back: number; ahead: number },
  beats: (a: number, b: number) => boolean,
): Float64Array {
  const size = values.length;
  const result = new Float64Array(size);
  const queue = new Int32Array(size);
  let head = 0;
  let tail = 0;
  let next = 0;
  for (let i = 0; i < size; i++) {
    for (; next < size && next <= i + ahead; next++) {
      while (tail > head && beats(values[next]!, values[queue[tail - 1]!]!)) tail--;
      queue[tail++] = next;
    }
    while (queue[head]! < i - back) head++;
    result[i] = values[queue[head]!]!;
  }
  return result;
}
