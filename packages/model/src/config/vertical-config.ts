import { z } from 'zod';

const range = (unit: string) =>
  z
    .strictObject({
      min: z
        .number()
        .positive()
        .optional()
        .meta({ description: `Least, in ${unit}; a tenth of the start unless told.` }),
      max: z
        .number()
        .positive()
        .optional()
        .meta({ description: `Most, in ${unit}; ten times the start unless told.` }),
    })
    .superRefine(({ min, max }, context) => {
      if (min !== undefined && max !== undefined && min > max)
        context.addIssue({ code: 'custom', path: ['min'], message: `is ${min}, must be <= max (${max})` });
    })
    .optional();

/** The size of one replica: what outcomes may change of it. */
export const verticalSchema = z.strictObject({
  mode: z.enum(['auto', 'recommend', 'off']).default('recommend').meta({
    description:
      'Resize replicas in place where the target can (process target: by control groups), only say what would do, or neither.',
  }),
  cpu: range('cores'),
  memory_bytes: range('bytes'),
});
