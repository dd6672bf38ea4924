import { z } from 'zod';
import { nameSchema } from '../heartbeat.ts';
import { poolModes } from '../pool.ts';
import { signalNames } from '../signal.ts';
import { constraintsSchema, impossibleConstraint } from './constraints-config.ts';
import { durationMs } from './duration-field.ts';
import { impossiblePlacement, placementSchema, regionSchema } from './regions-config.ts';
import { scheduleSchema } from './schedule-config.ts';
import { verticalSchema } from './vertical-config.ts';

const target = z.strictObject({
  process: z
    .strictObject({
      command: z.array(z.string().min(1)).min(1).meta({
        description: 'Program and arguments. Only the configuration file can name one; the network never can.',
      }),
      env: z
        .record(z.string(), z.string())
        .default({})
        .meta({ description: 'Environment, added to what JAEGIS passes on.' }),
      cwd: z.string().optional().meta({ description: 'Working folder; relative to the configuration file.' }),
      drain_deadline: durationMs('From SIGTERM to SIGKILL.', { min: 100 }).default(10_000),
      cpu_limit: z.number().positive().optional().meta({
        description: 'Cores that a process may use; held to by a control group where `vertical.mode` is auto.',
      }),
      memory_limit_bytes: z.number().positive().optional().meta({
        description:
          'What a process may use before it counts as leaking; shown, forecast and alerted on; held to by a control group where `vertical.mode` is auto.',
      }),
    })
    .optional(),
});

/** What is never above 1, and what is a few times 1 at most (a process may use several cores): 80 was meant as per cent. */
const mostOf: Readonly<Record<string, number>> = {
  memory_utilization: 1,
  error_rate: 1,
  success_rate: 1,
  cpu_utilization: 10,
  saturation: 10,
};

const objectiveFields = z.strictObject({
  signal: z
    .enum(signalNames as [string, ...string[]])
    .meta({ description: 'Which signal; any objective that is breached asks for more replicas.' }),
  target: z
    .union([z.number().positive(), durationMs('target', { min: 1 }).transform((ms) => ms / 1_000)])
    .meta({ description: 'Number, or a duration for signals in seconds.' }),
  activation: z.number().min(0).optional().meta({
    description:
      'A pool at zero is started only above this, and may go to zero only at or below it (with replicas.min 0).',
  }),
  wait: durationMs('wait', { min: 1 }).optional().meta({
    description: 'Of a queue of jobs: 95 of 100 should wait no longer for a worker. Left out, what the target means.',
  }),
});

const objective = objectiveFields.superRefine(({ signal, target }, context) => {
  const most = mostOf[signal];
  if (most !== undefined && target > most)
    context.addIssue({
      code: 'custom',
      path: ['target'],
      message: `is ${target}, must be a share of 1 (0.8 is 80 %)`,
    });
});

const scalingPolicy = z.strictObject({
  type: z.enum(['Percent', 'Pods']).meta({ description: 'Share of the replicas, or a number of them.' }),
  value: z.number().positive().meta({ description: 'How much of it.' }),
  period: durationMs('Over which the change is counted.', { min: 1_000, max: 1_800_000 }),
});

const scalingRules = z.strictObject({
  stabilizationWindow: durationMs('Hold the safest recommendation of this long.', { max: 3_600_000 }).optional(),
  policies: z.array(scalingPolicy).optional(),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'A change of less than this share of the replicas is left alone; 0.1 unless told.' }),
  selectPolicy: z
    .enum(['Max', 'Min', 'Disabled'])
    .default('Max')
    .meta({ description: 'Which of several policies counts; Disabled forbids this direction.' }),
});

/** One entry of `pools:`; the words and meaning of `behavior` are the Kubernetes HPA's. Durations come out in milliseconds. */
export const poolConfigSchema = z
  .strictObject({
    name: nameSchema.meta({
      description: 'Its name; agents say it with `jaegis.pool`, or `service.namespace/service.name`.',
    }),
    target: target.optional().meta({ description: 'What an action acts on. Left out: the pool is only watched.' }),
    replicas: z
      .strictObject({
        min: z.number().int().min(0).meta({ description: 'Fewest replicas, whatever the load.' }),
        max: z.number().int().min(0).meta({ description: 'Most replicas, whatever the load.' }),
      })
      .superRefine((value, context) => {
        if (value.min > value.max)
          context.addIssue({
            code: 'custom',
            path: ['min'],
            message: `is ${value.min}, must be <= replicas.max (${value.max})`,
          });
      })
      .default({ min: 1, max: 10 }),
    capacity: z
      .strictObject({ requests_per_second: z.number().positive() })
      .optional()
      .meta({ description: 'Per replica; learned when left out.' }),
    startup: durationMs('From order to ready; learned when left out.').optional(),
    memory_warm_up: durationMs(
      'How long a new agent may fill its memory as it likes (caches, compiled code); leaks are looked for afterwards.',
    ).default(60_000),
    objectives: z.array(objective).default([]),
    policy: z
      .union([
        z.enum(['balanced', 'cost', 'performance', 'availability']),
        z
          .strictObject({
            cost: z.number().min(0).default(0),
            performance: z.number().min(0).default(0),
            availability: z.number().min(0).default(0),
            efficiency: z.number().min(0).default(0),
          })
          .refine((weights) => Object.values(weights).some((weight) => weight > 0), {
            message: 'is all zeros, must have a weight above 0',
          }),
      ])
      .default('balanced')
      .meta({
        description:
          'What to weigh highest: one of the presets, or weights of cost, performance, availability, efficiency (0 where left out).',
      }),
    predictive: z
      .strictObject({
        mode: z
          .enum(['forecast-and-scale', 'forecast-only', 'off'])
          .default('forecast-and-scale')
          .meta({ description: 'Whether forecasts raise the number of replicas, are only shown, or are not made.' }),
      })
      .default({ mode: 'forecast-and-scale' }),
    mode: z.enum(poolModes).default('auto').meta({
      description:
        'Carry decisions out, only write them down, or hold; paused-in never gives back and paused-out never adds (KEDA: paused-scale-in, paused-scale-out). Can be changed while it runs.',
    }),
    behavior: z
      .strictObject({
        scaleUp: scalingRules.optional(),
        scaleDown: scalingRules.optional(),
      })
      .default({}),
    schedules: z.array(scheduleSchema).default([]),
    cost: z
      .strictObject({
        per_replica_hour: z.number().min(0).meta({ description: 'What one replica costs for an hour.' }),
        budget_per_hour: z
          .number()
          .positive()
          .optional()
          .meta({ description: 'Never more replicas than this pays for by the hour.' }),
        budget_per_day: z
          .number()
          .positive()
          .optional()
          .meta({ description: 'Stop growing when this much was spent today (UTC).' }),
      })
      .optional(),
    constraints: constraintsSchema.default({}),
    regions: z.array(regionSchema).max(100).default([]),
    placement: placementSchema.prefault({}),
    vertical: verticalSchema.prefault({}),
    importance: z.enum(['low', 'normal', 'high']).default('normal').meta({ description: 'How loud its alerts are.' }),
  })
  .superRefine((pool, context) => {
    const wrong = impossibleConstraint(pool);
    if (wrong !== undefined) context.addIssue({ code: 'custom', ...wrong });
    const misplaced = impossiblePlacement(pool);
    if (misplaced !== undefined) context.addIssue({ code: 'custom', ...misplaced });
    const { max } = pool.replicas;
    for (const [index, { min }] of pool.schedules.entries())
      if (min > max)
        context.addIssue({
          code: 'custom',
          path: ['schedules', index, 'min'],
          message: `is ${min}, must be <= replicas.max (${max})`,
        });
  })
  .meta({ description: 'A pool: interchangeable agents that scale as one.' });

export type PoolConfig = z.output<typeof poolConfigSchema>;
export type ProcessTargetConfig = NonNullable<NonNullable<PoolConfig['target']>['process']>;
