import type { Meter, Tracer } from '@opentelemetry/api';
import type { Endpoint } from './peer-caller.ts';

/** What the research agents need of `@jaegis/agent`; tests give a plain object instead. */
export interface FleetAgent {
  readonly instanceId: string;
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly isDraining: boolean;
  queue(length: number | (() => number)): void;
  progress(steps?: number): void;
  metric(name: string, value: number): void;
  label(name: string, value: string): void;
  onDrain(run: () => void | Promise<void>): void;
  peers(pool: string): readonly Endpoint[];
  leave(reason?: string): Promise<void>;
}
