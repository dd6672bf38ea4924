export { stopForgottenPools } from './process/forgotten-pools.ts';
export { ProcessLimit } from './process/process-limit.ts';
export { createProcessTarget, ProcessTarget, type ProcessTargetOptions } from './process/process-target.ts';
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
