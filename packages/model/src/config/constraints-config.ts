import { z } from 'zod';
import { nameSchema } from '../heartbeat.ts';

/** What a pool must always have, whatever the load says and whatever would be cheaper. */
export const constraintsSchema = z.strictObject({
  redundancy: z.number().int().min(1).optional().meta({
    description: 'Fewest replicas while any run at all; unlike replicas.min it lets a pool go to zero.',
  }),
  spare: z.number().int().min(0).optional().meta({
    description: 'N+1: with so many replicas lost, the rest still serves what is measured.',
  }),
  max_step: z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Most replicas added or given back by one decision, bounds and schedules included.' }),
  zones: z
    .strictObject({
      names: z
        .array(nameSchema)
        .min(1)
        .max(64)
        .meta({ description: 'Zones that replicas are spread over; each is told its own as JAEGIS_ZONE.' }),
      min: z.number().int().min(1).optional().meta({ description: 'Over so many zones at least, while any run.' }),
      survive_loss: z
        .boolean()
        .default(false)
        .meta({ description: 'Without the fullest zone, the rest still serves what is measured.' }),
    })
    .superRefine((zones, context) => {
      const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
      const doubled = zones.names.find((name, i) => zones.names.indexOf(name) !== i);
      if (doubled !== undefined) issue('names', `has ${JSON.stringify(doubled)} twice, must name each zone once`);
      if (zones.min !== undefined && zones.min > zones.names.length)
        issue('min', `is ${zones.min}, must be <= the number of zones (${zones.names.length})`);
      if (zones.survive_loss && zones.names.length < 2)
        issue('survive_loss', 'is true with one zone, must have a second one to go on with');
    })
    .optional(),
});

interface Constrained {
  readonly replicas: { readonly min: number; readonly max: number };
  readonly constraints: z.output<typeof constraintsSchema>;
  readonly cost?:
    | {
        readonly per_replica_hour: number;
        readonly budget_per_hour?: number | undefined;
        readonly budget_per_day?: number | undefined;
      }
    | undefined;
}

/** Constraints that no number of replicas can meet, as a path and a sentence; `undefined` when all can be met. */
export function impossibleConstraint(pool: Constrained): { path: string[]; message: string } | undefined {
  const { min, max } = pool.replicas;
  const { redundancy, spare, zones } = pool.constraints;
  const wrong = (path: string, message: string) => ({ path: path.split('.'), message });
  if (max > 0 && redundancy !== undefined && redundancy > max)
    return wrong('constraints.redundancy', `is ${redundancy}, must be <= replicas.max (${max})`);
  if (max > 0 && spare !== undefined && spare >= max)
    return wrong('constraints.spare', `is ${spare}, must be < replicas.max (${max})`);
  if (max > 0 && zones?.min !== undefined && zones.min > max)
    return wrong('constraints.zones.min', `is ${zones.min}, must be <= replicas.max (${max})`);
  const { per_replica_hour: price = 0, budget_per_hour: hourly, budget_per_day: daily } = pool.cost ?? {};
  const budgets = [
    { name: 'hour', budget: hourly, hours: 1, times: '' },
    { name: 'day', budget: daily, hours: 24, times: ' x 24 h' },
  ];
  for (const { name, budget, hours, times } of budgets) {
    const least = Number((min * price * hours).toPrecision(6));
    if (budget !== undefined && budget < least)
      return wrong(
        `cost.budget_per_${name}`,
        `is ${budget}, must be >= what replicas.min costs (${min} x ${price}${times} = ${least})`,
      );
  }
  return undefined;
}

/** Replicas that several pools share: an account's limit, a licence, a rack. */
export const quotaSchema = z.strictObject({
  name: nameSchema.meta({ description: 'Its name, in the reasons of decisions.' }),
  replicas: z.number().int().min(1).meta({ description: 'Most replicas of all its pools together.' }),
  pools: z.array(nameSchema).min(1).meta({ description: 'The pools that share it; the minimum of each is kept free.' }),
});
