import { assert } from '@jaegis/std';
import type { Detector, DetectorOptions } from './detector.ts';
import { createEwmaBand } from './ewma-band.ts';
import { createRecordBand } from './record-band/record-band.ts';
import { createSeasonalBand } from './seasonal-band.ts';

const detectors: Readonly<Record<string, (options?: DetectorOptions) => Detector>> = {
  'record-band': createRecordBand,
  'seasonal-band': createSeasonalBand,
  'ewma-band': createEwmaBand,
};

/** The detectors that `createDetector` knows, the default first. */
export const detectorNames: readonly string[] = Object.keys(detectors);

/** A fresh detector without rows. Throws when the name is not one of `detectorNames`. */
export function createDetector(name = 'record-band', options: DetectorOptions = {}): Detector {
  const create = detectors[name];
  assert(create !== undefined, () => `detector is ${name}, must be one of ${detectorNames.join(', ')}`);
  return create(options);
}
