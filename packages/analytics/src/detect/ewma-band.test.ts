import { describeDetector } from '../conformance/describe-detector.ts';
import { createEwmaBand } from './ewma-band.ts';

describeDetector('ewma-band', createEwmaBand);
