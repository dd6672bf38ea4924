import type { PrometheusStore } from '@jaegis/remote';

/** A store of another make that answers queries for us. */
export type QueryStore = Pick<PrometheusStore, 'ask' | 'stats'>;
