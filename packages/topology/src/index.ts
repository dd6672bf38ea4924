export { errorClassOf } from './error-class.ts';
export { type Red, RedWindow, type RedWindowOptions } from './red-window.ts';
export { TopologyBuilder, type TopologyOptions, type TopologyRefusals } from './topology-builder.ts';
export { type HealthOf, pastSnapshotOf, type SnapshotQuery } from './topology-snapshot.ts';
