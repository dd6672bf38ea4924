export { describeDetector } from './describe-detector.ts';
export { describeForecaster } from './describe-forecaster.ts';
