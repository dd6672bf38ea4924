import { z } from 'zod';
import { nameSchema } from '../heartbeat.ts';
import { durationMs } from './duration-field.ts';

/** A place where replicas can run; a replica is told its own as JAEGIS_REGION. */
export const regionSchema = z.strictObject({
  name: nameSchema.meta({ description: 'Its name.' }),
  price: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'What one replica costs there for an hour; cost.per_replica_hour unless told.' }),
  capacity: z.number().int().min(0).optional().meta({ description: 'Most replicas that it has room for.' }),
  min: z.number().int().min(0).default(0).meta({ description: 'Fewest replicas there, as far as so many run.' }),
  latency: durationMs('How far it is from those who ask.').default(0),
  tags: z.array(nameSchema).default([]).meta({ description: 'What it fulfils (gdpr, hipaa), for the rules.' }),
});

/** Rules of where replicas may run, and what to prefer among the places that they leave. */
export const placementSchema = z.strictObject({
  prefer: z.enum(['policy', 'cost', 'latency', 'balanced']).default('policy').meta({
    description:
      'What decides among allowed regions: price, latency, or both alike; policy: cost for cost, latency for performance, both for the others.',
  }),
  require: z.array(nameSchema).default([]).meta({ description: 'Tags that a region must have, all of them.' }),
  forbid: z.array(nameSchema).default([]).meta({ description: 'Regions, or tags of regions, where none may run.' }),
  max_latency: durationMs('None in a region further away.').optional(),
  spread: z
    .number()
    .int()
    .min(1)
    .default(1)
    .meta({ description: 'Over so many regions at least, as far as so many replicas run.' }),
  max_share: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .meta({ description: 'No region has more than this share of the replicas (rounded up).' }),
});

interface Placed {
  readonly replicas: { readonly min: number };
  readonly regions: readonly z.output<typeof regionSchema>[];
  readonly placement: z.output<typeof placementSchema>;
}

/** Why a region may have no replica; `null` when it may. */
export function ruledOut(region: z.output<typeof regionSchema>, rules: Placed['placement']): string | null {
  const missing = rules.require.filter((tag) => !region.tags.includes(tag));
  if (missing.length > 0) return `has not ${missing.join(', ')}`;
  if (rules.forbid.includes(region.name)) return 'is forbidden';
  const tag = rules.forbid.find((each) => region.tags.includes(each));
  if (tag !== undefined) return `is forbidden by ${tag}`;
  if (rules.max_latency !== undefined && region.latency > rules.max_latency)
    return `is ${region.latency} ms away, at most ${rules.max_latency} ms may be`;
  return null;
}

function rulesNothing({ require, forbid, max_latency, spread, max_share }: Placed['placement']): boolean {
  return require.length + forbid.length === 0 && max_latency === undefined && spread === 1 && max_share === 1;
}

/** Rules that no placement can meet, as a path and a sentence; `undefined` when all can be met. */
export function impossiblePlacement(pool: Placed): { path: (string | number)[]; message: string } | undefined {
  const { regions, placement } = pool;
  if (regions.length === 0)
    return rulesNothing(placement)
      ? undefined
      : { path: ['placement'], message: 'has rules, must come with the regions that they are about' };
  const doubled = regions.findIndex((region, i) => regions.findIndex((each) => each.name === region.name) !== i);
  if (doubled >= 0)
    return { path: ['regions', doubled, 'name'], message: `is "${regions[doubled]!.name}", must be unique` };
  const allowed = regions.filter((region) => ruledOut(region, placement) === null);
  const reasons = regions.map((region) => `${region.name} ${ruledOut(region, placement)}`).join(', ');
  if (allowed.length === 0) return { path: ['placement'], message: `leaves no region (${reasons}), must leave one` };
  if (placement.spread > allowed.length)
    return {
      path: ['placement', 'spread'],
      message: `is ${placement.spread}, must be <= allowed regions (${allowed.length})`,
    };
  if (placement.max_share * allowed.length < 1 - 1e-9)
    return {
      path: ['placement', 'max_share'],
      message: `is ${placement.max_share}, must be >= 1 / allowed regions (${allowed.length})`,
    };
  const narrow = regions.findIndex((region) => region.capacity !== undefined && region.min > region.capacity);
  if (narrow >= 0)
    return {
      path: ['regions', narrow, 'min'],
      message: `is ${regions[narrow]!.min}, must be <= its capacity (${regions[narrow]!.capacity})`,
    };
  const room = allowed.reduce((sum, region) => sum + (region.capacity ?? Number.POSITIVE_INFINITY), 0);
  if (room < pool.replicas.min)
    return {
      path: ['regions'],
      message: `have room for ${room} by the rules, must be >= replicas.min (${pool.replicas.min})`,
    };
  return undefined;
}
