import type { Unit } from '@jaegis/std';

/** One line of a chart; the first of several is drawn on top. Parallel to the chart's `times`; `null` is a gap. */
export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  /** A custom property of tokens.css without `var()`: `--s0`, `--muted`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly form?: 'line' | 'step' | 'area' | 'dashed' | 'quiet';
  /** What the legend says while nobody points; default the newest value. */
  readonly atRest?: string;
}

/** A filled stretch between two lines, behind everything. */
export interface ChartBand {
  readonly label: string;
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** Default: the neutral band colour. */
  readonly color?: string;
}

/** Something that happened at a moment: a decision, an anomaly. Drawn as a flag on top; a link where `href` is given. */
export interface ChartMark {
  readonly at: number;
  readonly kind: 'up' | 'down' | 'note' | 'bad';
  readonly title: string;
  readonly href?: string;
}

export interface ChartProps {
  readonly title: string;
  readonly unit: Unit;
  /** Epoch ms, rising. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly bands?: readonly ChartBand[];
  /** Anomaly score 0..1 for each moment: drawn as a ribbon under the lines. */
  readonly ribbon?: readonly (number | null)[];
  readonly marks?: readonly ChartMark[];
  /** Moment of "now" where the chart goes on into the future. */
  readonly now?: number | undefined;
  readonly height?: number;
  /** The chart goes on to this moment, even where nothing is drawn. */
  readonly until?: number | undefined;
  readonly hasHead?: boolean;
  /** False where dragging over it must not change the page's time range. */
  readonly canZoom?: boolean;
  /** Charts with the same word share the crosshair. */
  readonly sync?: string;
  /** The largest value that the scale must reach. */
  readonly reach?: number;
  readonly state?: 'loading' | 'ready' | 'failed';
  readonly emptyText?: string;
  readonly aside?: React.ReactNode;
}
