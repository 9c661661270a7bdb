import type { ComponentReader } from '../formats/json/components.js';
import { type PostProcessor, readTrimOffsets } from './post-processor.js';

/** Adds nothing; may trim offsets. */
export const byteLevel: ComponentReader<PostProcessor> = readTrimOffsets;
