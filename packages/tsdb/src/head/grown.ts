/** Copies a typed array into the front of a longer one of its kind, which is returned. */
export function grown<T extends { set(from: ArrayLike<number>): void } & ArrayLike<number>>(from: T, to: T): T {
  to.set(from);
  return to;
}
