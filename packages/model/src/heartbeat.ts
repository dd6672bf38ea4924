import { z } from 'zod';
import type { AgentCommand } from './agent.ts';

// Identities end up in file names, labels, logs and pages: no control characters, no surprises in length.
const printable = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u;
const noControls = 'must not hold control characters';
export const nameSchema = z.string().min(1).max(200).regex(printable, noControls);

/** POST /api/fleet/agents/{id}/heartbeat. First contact registers the agent. */
export const heartbeatSchema = z.object({
  instanceId: nameSchema,
  pool: nameSchema,
  status: z.enum(['ok', 'busy', 'draining', 'error', 'stopped']).default('ok'),
  version: z
    .string()
    .max(100)
    .regex(/^[^\p{Cc}]*$/u, noControls)
    .default(''),
  /** Resource attributes of the agent. */
  labels: z
    .record(
      nameSchema,
      z
        .string()
        .max(1_000)
        .regex(/^[^\p{Cc}]*$/u, noControls),
    )
    .refine((l) => Object.keys(l).length <= 64, 'must have at most 64 labels')
    .default({}),
  /** Any numbers the agent knows of itself; those named like a signal are taken as that signal. */
  metrics: z
    .record(nameSchema, z.number())
    .refine((m) => Object.keys(m).length <= 128, 'must have at most 128 metrics')
    .default({}),
  /** Steps of work done since the agent started (never goes down within one run); lets "busy" be told from "stuck". */
  progress: z.number().nonnegative().optional(),
  /** With `stopped`: why it goes. */
  reason: z
    .string()
    .max(500)
    .regex(/^[^\p{Cc}]*$/u, noControls)
    .optional(),
  /** How often the agent beats, as far as it decides itself. */
  intervalMs: z.number().min(500).max(3_600_000).optional(),
});
export type Heartbeat = z.output<typeof heartbeatSchema>;

/** The answer to a heartbeat. */
export interface HeartbeatAnswer {
  /** How long to wait until the next one. */
  readonly intervalMs: number;
  readonly commands: readonly AgentCommand[];
}
