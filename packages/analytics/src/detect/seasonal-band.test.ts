import { describeDetector } from '../conformance/describe-detector.ts';
import { createSeasonalBand } from './seasonal-band.ts';

describeDetector('seasonal-band', createSeasonalBand);
