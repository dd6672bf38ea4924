import type { Labels, Matcher } from '@jaegis/model';

export interface SelectedSeries {
  readonly labels: Labels;
  /** Epoch milliseconds, rising. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface SourceLimits {
  readonly maxSeries?: number;
  readonly maxSamples?: number;
}

/** Where samples come from. May throw an error named `SelectLimitError` when a limit is passed. */
export interface SelectSource {
  /** All series that fit, with their samples in [fromMs, toMs]. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number, limits?: SourceLimits): readonly SelectedSeries[];
}
