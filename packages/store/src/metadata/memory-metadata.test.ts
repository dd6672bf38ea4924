import { describeMetadataStore } from '../conformance/describe-metadata-store.ts';
import { memoryMetadata } from './memory-metadata.ts';

describeMetadataStore('memory', memoryMetadata);
