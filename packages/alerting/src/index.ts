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
export { PostedAlerts, postedKey } from './posted-alerts.ts';
export { type GateView, type HeldNotification, NotificationGate } from './silence/notification-gate.ts';
export { fitsLabels, type Silence, type SilenceMatcher, showMatcher, silenceState } from './silence/silence.ts';
export { type GivenSilence, SilenceBook } from './silence/silence-book.ts';
