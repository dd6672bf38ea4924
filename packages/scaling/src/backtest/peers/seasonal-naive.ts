import type { Load } from '../load.ts';
import type { PlantOptions, Sizer } from '../plant.ts';
import { slidingMax } from './sliding.ts';

// The trivial forecast: what the same time last week needed at most, from half an hour before to half an hour after the
// start-up time; yesterday while there is no last week; before that a quarter more than now. Knows nothing of today.

const dayS = 86_400;
const aroundS = 1_800;

export function seasonalNaive(load: Load, options: PlantOptions): Sizer {
  const { demand, stepS } = load;
  const around = Math.round(aroundS / stepS);
  const ahead = around + Math.round(options.startupS / stepS);
  const highest = slidingMax(demand, { back: around, ahead });
  const day = Math.round(dayS / stepS);
  return {
    name: 'seasonal-naive',
    size(seen) {
      const { step } = seen;
      const past = step >= 7 * day ? step - 7 * day : step - day;
      // Yesterday's window must lie in the past as a whole.
      const rate = past >= 0 && past + ahead < step ? highest[past]! : 1.25 * seen.rateRps;
      return Math.ceil(rate / options.capacityRps - 1e-9);
    },
  };
}
