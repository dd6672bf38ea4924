export { allowedPercent, type Hindsight, hindsightPeers } from './backtest/hindsight.ts';
export { type BinShape, type Bins, type Load, parseBins, scaleToPeak, toLoad } from './backtest/load.ts';
export { type BacktestRow, runBacktest, writeSeries } from './backtest/run-backtest.ts';
export { isUtilization, simulable } from './backtest/simulable.ts';
export { runWhatIf, type WhatIfCase, type WhatIfOutcome } from './backtest/what-if.ts';
export { capacityOf, startupOf } from './capacity/capacity.ts';
export { describeCapacity } from './capacity/describe-capacity.ts';
export { learn, type Observation } from './capacity/learn.ts';
export { type Newcomer, settledAfterMs } from './capacity/warm-up.ts';
export { recordOutsideChange, recordRefusal } from './change-history.ts';
export { decide } from './decide.ts';
export { createDecider } from './decide-pipe.ts';
export { recordOutcome } from './effect/follow-effect.ts';
export { effectOf } from './effect/tune.ts';
export { compress, isJobs, type Jobs, parseJobs } from './fleet/jobs.ts';
export { allowedLatePercent, type FleetBacktest, type FleetRow, runFleetBacktest } from './fleet/run-fleet-backtest.ts';
export type { QuotaShare } from './limits/quota.ts';
export { judgeOutcome, type Observed } from './outcome.ts';
export { place } from './placement/place.ts';
export {
  defaultScaleDown,
  defaultScaleUp,
  type Objective,
  type PolicySettings,
  policySettings,
  type RatePolicy,
  type ScalingConfig,
  type ScalingRules,
  scalingConfig,
} from './scaling-config.ts';
export { initialScalingState, restoreScalingState, type ScalingState } from './scaling-state.ts';
export { type ParsedScript, parseScalingScript, type ScriptFailure } from './script/parse-script.ts';
export { runScalingScript, type ScriptResult } from './script/run-script.ts';
export { recordResizeRefusal, type SizeInputs } from './size/decide-size.ts';
export {
  followLatency,
  followOutOfMemory,
  followUsage,
  initialSizeState,
  recommendSize,
  restoreSizeState,
  type SizeState,
} from './size/right-size.ts';
export type { DecideResult, DecisionDraft, PoolSnapshot } from './snapshot.ts';
export { treatmentOf } from './treatment.ts';
export { workloadOf } from './workload.ts';
