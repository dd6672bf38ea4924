import type { Agent, Alert, AlertState, Anomaly, Decision, Incident, IncidentState, Page } from '@jaegis/model';

export interface PageQuery {
  /** 1..1,000. */
  readonly limit: number;
  /** `next` of the page before. One that is not ours gives the first page. */
  readonly cursor?: string | undefined;
}

export interface TimeRange {
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface DecisionQuery extends PageQuery, TimeRange {
  readonly pool?: string | undefined;
}

export interface IncidentQuery extends PageQuery {
  readonly state?: readonly IncidentState[] | undefined;
  readonly pool?: string | undefined;
}

export interface AlertQuery extends PageQuery {
  readonly state?: readonly AlertState[] | undefined;
  readonly pool?: string | undefined;
}

export interface AnomalyQuery extends PageQuery, TimeRange {
  readonly agent?: string | undefined;
  readonly pool?: string | undefined;
}

/** Everything older than these times (epoch milliseconds) may go. */
export interface PruneBefore {
  readonly decisions: number;
  readonly incidents: number;
  readonly alerts: number;
  readonly anomalies: number;
}

/**
 * What must survive a restart and is no sample. Saving replaces by id. Every save is durable when it returns: it survives
 * `kill -9`. Lists are newest first; `total` counts all that fit, not only this page.
 */
export interface MetadataStore {
  saveAgents(agents: readonly Agent[]): void;
  loadAgents(): Agent[];
  deleteAgent(instanceId: string): void;

  saveDecision(decision: Decision): void;
  decision(id: string): Decision | undefined;
  decisions(query: DecisionQuery): Page<Decision>;

  saveIncident(incident: Incident): void;
  incident(id: string): Incident | undefined;
  incidents(query: IncidentQuery): Page<Incident>;

  saveAlert(alert: Alert): void;
  alert(id: string): Alert | undefined;
  alerts(query: AlertQuery): Page<Alert>;

  saveAnomaly(anomaly: Anomaly): void;
  anomalies(query: AnomalyQuery): Page<Anomaly>;

  /** Any JSON value under a key; `undefined` when there is none. */
  getState(key: string): unknown;
  setState(key: string, value: unknown): void;
  /** The same for bytes. */
  getBlob(key: string): Uint8Array | undefined;
  setBlob(key: string, bytes: Uint8Array): void;

  /** Drops what is older; open incidents and active alerts stay. */
  prune(before: PruneBefore): void;
  close(): void;
}
