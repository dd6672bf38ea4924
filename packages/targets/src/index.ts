export { stopForgottenPools } from './process/forgotten-pools.ts';
export { ProcessLimit } from './process/process-limit.ts';
export type { ProcessTargetOptions } from './process/process-options.ts';
export { createProcessTarget, ProcessTarget } from './process/process-target.ts';
export type {
  InstanceExit,
  InstanceObservation,
  InstanceState,
  ScaleOptions,
  ScaleReceipt,
  Target,
  TargetEvent,
  TargetEventKind,
  TargetObservation,
} from './target.ts';
