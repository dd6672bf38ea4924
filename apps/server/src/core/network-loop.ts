/**
 * Keeps the forecasting network young: every six hours it is trained on what the forecasts of all pools are made from, a
 * spread of them where there are many, and from then on competes in every forecast. A restart begins with the last one.
 */
import { networkFrom } from '@jaegis/analytics';
import type { Fleet } from './fleet.ts';
import { historyOf } from './forecast-history.ts';
import { forecastsOf } from './forecast-reaches.ts';
import type { TrainedNetwork } from './network-trainer.ts';

const everyMs = 6 * 3_600_000;
/** After a start and after a failure: what matters more comes first. */
const patienceMs = 10 * 60_000;
/** Series of a training, and points that one needs: 128 of 4,032 points take 20 MB while it lasts. */
const mostSeries = 128;
export const leastPoints = 480;
const firstRounds = 600;
const laterRounds = 200;

const stateKey = 'forecast-network';

/** What is kept over a restart, beside the weights. */
interface Kept {
  readonly trainedAt: number;
  readonly loss: number;
  readonly firstLoss: number;
  readonly series: number;
  readonly trainings: number;
}

export class NetworkKeeper {
  #weights: Float64Array | undefined;
  #kept: Kept | undefined;
  #nextAt = 0;
  #isTraining = false;
  #error = '';
  /** How the last training ended, until the next turn takes it in. */
  #outcome: { readonly trained: TrainedNetwork } | { readonly error: Error } | undefined;

  /** What was trained last, in this life or an earlier one. */
  get last(): Kept | undefined {
    return this.#kept;
  }

  /** What it does now: when it looks or trains next (`null` while it trains), and why the last training failed. */
  get state(): { readonly isTraining: boolean; readonly nextAt: number | null; readonly error: string } {
    return { isTraining: this.#isTraining, nextAt: this.#isTraining ? null : this.#nextAt, error: this.#error };
  }

  /** Called every ten seconds: takes in what was trained, begins when it is time. Throws when the last training failed. */
  run(fleet: Fleet, now: number): void {
    if (this.#nextAt === 0) this.#begin(fleet, now);
    const outcome = this.#outcome;
    this.#outcome = undefined;
    if (outcome !== undefined) this.#error = 'error' in outcome ? outcome.error.message : '';
    if (outcome !== undefined && 'error' in outcome) throw outcome.error;
    if (outcome !== undefined) this.#take(fleet, outcome.trained, now);
    const { networkTrainer } = fleet;
    if (networkTrainer === undefined || this.#isTraining || now < this.#nextAt) return;
    this.#nextAt = now + patienceMs;
    const series = seriesOf(fleet, now);
    if (series.length === 0) return;
    this.#isTraining = true;
    const isFirst = this.#weights === undefined;
    const goesOn = this.#weights === undefined ? undefined : { weights: this.#weights };
    const end = (outcome: { trained: TrainedNetwork } | { error: Error }) => {
      this.#isTraining = false;
      this.#outcome = outcome;
    };
    networkTrainer.train({ series, rounds: isFirst ? firstRounds : laterRounds, goesOn }).then(
      (trained) => end({ trained }),
      (error: Error) => end({ error }),
    );
  }

  #begin(fleet: Fleet, now: number): void {
    this.#nextAt = now + patienceMs;
    const kept = fleet.metadata.getState(stateKey) as Kept | undefined;
    const bytes = fleet.metadata.getBlob(stateKey);
    if (kept === undefined || bytes === undefined || bytes.length % 8 !== 0) return;
    const network = networkFrom(new Float64Array(bytes.slice().buffer));
    if (network === undefined) return;
    this.#weights = network.weights;
    this.#kept = kept;
    this.#nextAt = Math.max(this.#nextAt, kept.trainedAt + everyMs);
    fleet.forecaster.useNetwork(network);
  }

  #take(fleet: Fleet, { network, loss, firstLoss, series, busyMs }: TrainedNetwork, now: number): void {
    if (series === 0 || networkFrom(network.weights) === undefined) return;
    const trainings = (this.#kept?.trainings ?? 0) + 1;
    this.#kept = { trainedAt: now, loss, firstLoss, series, trainings };
    this.#weights = network.weights;
    this.#nextAt = now + everyMs;
    const { buffer, byteOffset, byteLength } = network.weights;
    fleet.metadata.setBlob(stateKey, new Uint8Array(buffer, byteOffset, byteLength));
    fleet.metadata.setState(stateKey, this.#kept);
    fleet.forecaster.useNetwork(network);
    fleet.selfMetrics.count('jaegis_forecast_network_training_seconds_total', {}, busyMs / 1_000);
  }
}

/** What forecasts are made from, of as many pools as a training takes, evenly spread. */
function seriesOf(fleet: Fleet, now: number) {
  const all = fleet.pools
    .list()
    .filter(({ config }) => config?.predictive.mode !== 'off')
    .flatMap((entry) => forecastsOf(entry.config).map(({ signal, reach }) => ({ pool: entry.name, signal, reach })));
  const every = Math.max(1, all.length / mostSeries);
  return Array.from({ length: Math.min(all.length, mostSeries) }, (_, i) => all[Math.floor(i * every)]!).flatMap(
    (wanted) => {
      const history = historyOf(fleet, wanted, now);
      return history === undefined || history.values.length < leastPoints ? [] : [history];
    },
  );
}
