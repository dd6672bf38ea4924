export type {
  Agent,
  AgentCommand,
  AgentCommandKind,
  AgentStatus,
  Beat,
  Connectivity,
  Health,
  HealthPart,
} from './agent.ts';
export type { AgentBehavior } from './agent-behavior.ts';
export type { AgentSummary } from './agent-summary.ts';
export type { Alert, AlertKind, AlertState, Severity } from './alert.ts';
export { readPostedAlerts, readPostedSilence } from './alertmanager-bodies.ts';
export type { Anomaly } from './anomaly.ts';
export { issueWords } from './config/issue-words.ts';
export {
  type AlertingConfig,
  type ConfigResult,
  type JaegisConfig,
  jaegisConfigSchema,
  parseConfig,
  type ReceiverConfig,
  type RemoteWriteConfig,
  resolveServerOptions,
  type ScrapeConfig,
  type ServerOptions,
} from './config/jaegis-config.ts';
export { type PoolConfig, type ProcessTargetConfig, poolConfigSchema } from './config/pool-config.ts';
export { ruledOut } from './config/regions-config.ts';
export { dayNames, parseSchedule, type Schedule } from './config/schedule-config.ts';
export { type ServerOptionName, serverOptions } from './config/server-options.ts';
export { unknownEnvironment } from './config/unknown-environment.ts';
export type {
  Action,
  ActionState,
  Decision,
  DecisionForecast,
  DecisionInputs,
  DecisionPlacement,
  DecisionPlan,
  DecisionReason,
  DecisionSize,
  LimitStep,
  Outcome,
  PlanOption,
  PredictedImpact,
  Recommendation,
  RecommendationSource,
  RegionShare,
  SizeReason,
  Workload,
  WorkloadClass,
} from './decision.ts';
export type { Exemplar } from './exemplar.ts';
export type { FleetEvent, Page, SampleBatchEvent } from './fleet-event.ts';
export type { Forecast, ForecastReach } from './forecast.ts';
export { type Heartbeat, type HeartbeatAnswer, heartbeatSchema, nameSchema } from './heartbeat.ts';
export type { Incident, IncidentState, TimelineEntry } from './incident.ts';
export { formatLabels, type Labels, type Matcher } from './labels.ts';
export type { MetricMetadata, MetricType } from './metric-metadata.ts';
export type { Notification, NotificationKind } from './notification.ts';
export {
  isActing,
  type Pool,
  type PoolCapacity,
  type PoolMode,
  type PoolPolicy,
  type PoolRegion,
  poolModes,
  type ReplicaCounts,
  type SizeRange,
  type SizeRecommendation,
  type Vertical,
} from './pool.ts';

export type { ReplicaSize } from './replica-size.ts';
export type { AgentDecline, AgentReport, FleetReport, FleetState, Trend } from './report.ts';

export type { Rejections, RejectReason, SampleBatch, SeriesRef } from './sample-batch.ts';
export {
  poolStateMetric,
  type SignalDefinition,
  type SignalName,
  type SignalSense,
  type Signals,
  type SignalValue,
  signalMetric,
  signalNames,
  signals,
} from './signal.ts';
export type { LogRecord, ResourceIdentity, Span, SpanKind } from './span.ts';
export { isStaleMarker, staleMarker } from './stale-marker.ts';
export type { Bands, SystemReport, TimelineItem } from './system-report.ts';
export type { Link, LinkKind, Topology, TopologyNode } from './topology.ts';
export type { PoolEffect, TunedParameter, TuningRecord, TuningState } from './tuning.ts';
export type { WhatIfName, WhatIfPolicy, WhatIfReport, WhatIfRow, WhatIfSettings } from './what-if.ts';
