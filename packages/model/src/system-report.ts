import type { ForecastReach } from './forecast.ts';
import type { Labels } from './labels.ts';

/**
 * Anomalies of our own signals or of received series: how many outcomes are known, the share near which an alert of their pool
 * fired, and that share an hour before them, which is chance; `null` before the first.
 */
interface AnomalyCompany {
  readonly scored: number;
  readonly open: number;
  readonly company: number | null;
  readonly chance: number | null;
}

/** GET /api/fleet/system: JAEGIS itself. Rates per second over the last minute. */
export interface SystemReport {
  readonly version: string;
  readonly node: string;
  readonly startedAt: number;
  readonly dataDir: string;
  readonly listen: string;
  readonly memoryBytes: number;
  readonly cpuUtilization: number | null;
  readonly eventLoopDelayMsP99: number | null;
  readonly ingest: {
    readonly samplesPerSecond: number;
    readonly spansPerSecond: number;
    readonly logsPerSecond: number;
    readonly heartbeatsPerSecond: number;
    readonly byProtocol: Readonly<Record<string, number>>;
    /** Total refused since the start, by reason. */
    readonly refused: Readonly<Record<string, number>>;
    readonly visibleMsP99: number | null;
  };
  readonly storage: {
    readonly series: number;
    readonly seriesLimit: number;
    readonly samples: number;
    readonly bytesInMemory: number;
    readonly bytesOnDisk: number;
    readonly retentionMs: number;
    readonly oldestAt: number | null;
    readonly replay: { readonly samples: number; readonly tookMs: number; readonly damaged: number };
    /** What the head has given up: files that never change. */
    readonly blocks: {
      readonly count: number;
      readonly bytes: number;
      /** Damages met since the start: blocks or parts of them that were left out. */
      readonly damaged: number;
      /** Raw (width 0) and rollups. */
      readonly tiers: readonly {
        readonly widthMs: number;
        readonly bytes: number;
        readonly oldestAt: number | null;
        /** Of the newest sample in a block. */
        readonly newestAt: number | null;
      }[];
    };
    /** The last failure of the disk, empty while it works. */
    readonly error: string;
  };
  readonly loops: readonly {
    readonly name: string;
    readonly runs: number;
    readonly failures: number;
    readonly lastMs: number;
    readonly lastAt: number | null;
  }[];
  readonly detection: {
    readonly rows: number;
    readonly microsecondsPerPoint: number | null;
    readonly anomaliesOpen: number;
    /** Of series that come in. */
    readonly received: {
      readonly series: number;
      readonly seriesLimit: number;
      /** Series that nothing can be said of yet. */
      readonly warming: number;
      /** Series that were watched before the restart and were not seen since. */
      readonly awaited: number;
      /** Series beyond the limit. */
      readonly refused: number;
      /** Samples that were left out because there were too many. */
      readonly shed: number;
      readonly anomaliesOpen: number;
      readonly toldLastHour: number;
      /** News of anomalies that was kept back, because there was too much of it. */
      readonly untold: number;
      readonly bytes: number;
      /** From a sample to the verdict about it. */
      readonly delayMsP99: number | null;
    };
  };
  /** The network that learns from all pools together and competes in their forecasts as the member `lstm`. */
  readonly network: {
    /** `off`: nothing trains one here. `waiting`: no pool was seen for long enough. */
    readonly state: 'off' | 'waiting' | 'training' | 'trained';
    /** When it looks for enough history next, or trains again; `null` while it trains. */
    readonly nextAt: number | null;
    /** Points of history that a training needs, and how many the longest has so far. */
    readonly needed: number;
    readonly longest: { readonly pool: string; readonly points: number; readonly stepMs: number } | null;
    /** Of the last training: when, on how many series, and its error on what was held back in errors of a naive forecast. */
    readonly last: {
      readonly trainedAt: number;
      readonly series: number;
      readonly trainings: number;
      readonly loss: number;
      readonly firstLoss: number;
    } | null;
    /** Forecasts that it competes in, its share in each, largest first. */
    readonly shares: readonly {
      readonly pool: string;
      readonly signal: string;
      readonly reach: ForecastReach;
      readonly share: number;
    }[];
    /** Why the last training failed; empty when it did not. */
    readonly error: string;
  };
  readonly forecasts: readonly {
    readonly pool: string;
    readonly signal: string;
    readonly reach: ForecastReach;
    readonly model: string;
    readonly trust: number;
    readonly madeAt: number;
    /** Points compared with the truth so far. */
    readonly scored: number;
    /** Mean absolute error over the mean of the truth, faded; `null` before anything was scored. */
    readonly meanError: number | null;
    /** Share of truths inside the widest interval, and what it should be. */
    readonly coverage: { readonly seen: number; readonly nominal: number } | null;
  }[];
  /** What fills up at the pace of late, soonest first; times are epoch milliseconds, `latest` is `null` for never. */
  readonly exhaustion: readonly {
    readonly resource: 'disk' | 'memory' | 'series' | 'quota' | 'budget';
    /** Empty for this machine. */
    readonly pool: string;
    readonly used: number;
    readonly limit: number;
    readonly at: number;
    readonly earliest: number;
    readonly latest: number | null;
  }[];
  /** Whether our alarms are any good. */
  readonly alarms: {
    /** Warnings before a problem: how many outcomes are known, and what they were; shares are `null` before the first. */
    readonly warnings: {
      readonly scored: number;
      readonly open: number;
      readonly precision: number | null;
      readonly recall: number | null;
      readonly leadMsMedian: number | null;
    };
    /** Single anomalies, by the company they keep. */
    readonly anomalies: Readonly<Record<'own' | 'received', AnomalyCompany>>;
    /** What people said of incidents, by verdict, since the start. */
    readonly feedback: Readonly<Record<string, number>>;
    /** Series whose threshold feedback moved, in decades of rarity. */
    readonly moved: readonly { readonly pool: string; readonly signal: string; readonly decades: number }[];
  };
  readonly scrapes: readonly {
    readonly job: string;
    readonly url: string;
    readonly labels: Labels;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly up: boolean;
    readonly lastAt: number | null;
    readonly durationMs: number | null;
    readonly samples: number;
    readonly error: string;
  }[];
  /** The store that answers queries, where one is configured; `awaySince` is `null` while it answers. */
  readonly queryStore: {
    readonly url: string;
    readonly answered: number;
    readonly unanswered: number;
    readonly awaySince: number | null;
    readonly error: string;
  } | null;
  /** Destinations of remote write. */
  readonly remoteWrites: readonly {
    readonly name: string;
    readonly sent: number;
    readonly dropped: number;
    readonly pending: number;
    readonly lagMs: number;
    readonly lastSentAt: number | null;
    readonly error: string;
  }[];
  /** Rules of rule files, in their order. */
  readonly rules: readonly {
    readonly group: string;
    readonly name: string;
    readonly kind: 'recording' | 'alerting';
    readonly state: 'inactive' | 'pending' | 'firing';
    readonly alerts: number;
    readonly health: 'unknown' | 'ok' | 'err';
    readonly error: string;
    readonly lastAt: number | null;
  }[];
  readonly receivers: readonly {
    readonly name: string;
    readonly sent: number;
    readonly failed: number;
    readonly lastError: string;
  }[];
}

/** GET /api/fleet/timeline: what JAEGIS did and saw, newest first. */
export interface TimelineItem {
  readonly at: number;
  readonly kind: 'decision' | 'alert' | 'incident' | 'anomaly';
  readonly id: string;
  readonly pool: string;
  readonly title: string;
  readonly reason: string;
}

/** GET /api/fleet/bands: the expected band of one signal over a stretch of time; parallel arrays, `null` where silent. */
export interface Bands {
  readonly times: readonly number[];
  readonly expected: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  readonly score: readonly (number | null)[];
}
