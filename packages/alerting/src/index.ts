export type { AlertCondition } from './alert-condition.ts';
export { AlertEngine, type AlertEngineOptions } from './alert-engine.ts';
export { isHardFault, type Surroundings } from './incident-cause.ts';
export {
  type IncidentChanges,
  type IncidentContext,
  IncidentEngine,
  type IncidentEngineOptions,
  type TimelineFact,
} from './incident-engine.ts';
export { titleOf } from './incident-title.ts';
