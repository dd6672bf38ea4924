export { assert, BugError, unreachable } from './assert.ts';
export { BoundedQueue } from './bounded-queue.ts';
export { type Cancel, type Clock, sleep } from './clock.ts';
export { formatDuration, parseDurationMs } from './duration.ts';
export { formatValue, shortNumber, type Unit } from './format.ts';
export { QuantileSketch } from './quantile-sketch.ts';
export { type BackoffOptions, backoffMs } from './retry.ts';
export { RingBuffer } from './ring-buffer.ts';
export { type Rng, seededRng } from './rng.ts';
