export {
  type AcknowledgedSample,
  Journal,
  type JournalDecision,
  type PoolMoment,
  type SentNotification,
  type StateChange,
  type Violation,
} from './check/journal.ts';
export { reportFailure } from './check/report-failure.ts';
export {
  checkBounds,
  checkNoBlindAction,
  checkNothingLost,
  checkOneNotificationPerCause,
  checkReasons,
} from './check/safety.ts';
export { checkOvershoot, checkReversals, checkSettled } from './check/stability.ts';
export { activeFaults, type Fault, healedAt } from './fault.ts';
export { createFaultyDirectory, type Disk, type DiskFaults, type DiskFile, noDiskFaults } from './faulty-directory.ts';
export { burst, constant, dailyWave, type LoadShape, pulse, ramp, replay, step, surge } from './load-shape.ts';
export type { MadePoolOptions } from './made-pool.ts';
export type { MadeScaleReceipt, MadeTarget, MadeTargetEvent, MadeTargetObservation } from './made-target.ts';
export { namedRng } from './named-rng.ts';
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
export { createWorld, type Delivery, type PoolTruth, type World, type WorldOptions } from './world.ts';
