export { AlarmOutcomes } from './accuracy/alarm-outcomes.ts';
export { AlarmTuning, type AlarmVerdict } from './accuracy/alarm-tuning.ts';
export { AnomalyOutcomes } from './accuracy/anomaly-outcomes.ts';
export { type BehaviorChange, BehaviorWatch, opens as behaviorOpens } from './behavior/behavior-watch.ts';
export { describeBehavior, speakBehavior } from './behavior/speak-behavior.ts';
export { anomalyThreshold, bandTail, falseAlarmsPerAgentWeek } from './detect/alarm-budget.ts';
export {
  type AnomalyPoint,
  type AnomalySubject,
  AnomalyTracker,
  type TrackerOptions,
} from './detect/anomaly-tracker.ts';
export { createDetector, detectorNames } from './detect/create-detector.ts';
export {
  createVerdicts,
  type Detector,
  type DetectorOptions,
  type ObserveOptions,
  type RowOptions,
  type Verdicts,
} from './detect/detector.ts';
export {
  createRowVerdict,
  type DetectMember,
  type MemberRun,
  type MemberTable,
  type RowVerdict,
} from './detect/member.ts';
export { defaultMember, detectMembers, takes } from './detect/members.ts';
export { SeriesWatch, type WatchedSeries } from './detect/series-watch.ts';
export { evidentValue, signalRow, watchedValue } from './detect/signal-row.ts';
export { type TogetherAlarm, TogetherWatch } from './detect/together-watch.ts';
export { readParts } from './detect/watch-snapshot.ts';
export { DemandForecast } from './forecast/demand-forecast.ts';
export { ForecastTrust, type NaiveReference, type TrustState } from './forecast/forecast-trust.ts';
export type { Forecaster, ForecastOptions, ForecastResult, History } from './forecast/forecaster.ts';
export type { ForecastNetwork } from './forecast/network/network.ts';
export { NetworkTraining, networkFrom, trainNetwork } from './forecast/network/network-training.ts';
export { type TimeToLimit, timeToLimit } from './forecast/time-to-limit.ts';
export { createForecaster, forecastMembers } from './forecast/weighted-members.ts';
export { type AgentReportInput, agentReport } from './health/agent-report.ts';
export { faultsAmongPeers, type PeerReading } from './health/among-peers.ts';
export {
  type AgentAssessment,
  type AgentInput,
  assessAgent,
  type HealthMemory,
  healthyFrom,
  unhealthyBelow,
} from './health/assess-agent.ts';
export type { UsualState } from './health/beyond-usual.ts';
export { type Decline, DeclineWatch } from './health/decline-watch.ts';
export { type AnswersState, followAnswers, usualOfPeer } from './health/empty-answers.ts';
export { type ErrorClass, severityOf, summarizeErrors } from './health/error-classes.ts';
export { type Coverage, fleetCoverage } from './health/fleet-coverage.ts';
export { type FleetInput, fleetReport } from './health/fleet-report.ts';
export { followCpu } from './health/heavy-cpu.ts';
export type { Objective, SignalVerdict } from './health/judge-signal.ts';
export { type LeakVerdict, LeakWatch } from './health/leak-watch.ts';
export { peerMedians } from './health/peers.ts';
export { aggregatePoolSignals } from './health/pool-signals.ts';
export {
  followProgress,
  type ProgressKind,
  type ProgressReading,
  type ProgressState,
  type ProgressVerdict,
} from './health/progress.ts';
export { followRecovery, type RecoveryState } from './health/recovery.ts';
export {
  type AgentSources,
  assembleAgentSignals,
  freshValue,
  isSignalName,
  type ProcessReading,
  type RedReading,
} from './health/signals.ts';
export { followOwnTime } from './health/slow-itself.ts';
export { trendOf } from './health/trend.ts';
export { YoungLatency } from './health/young-latency.ts';
export { type DetectScriptResult, type RecordedTable, runDetectScript } from './script/run-script.ts';
