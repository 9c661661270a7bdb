import type { Reader } from '../components.js';
import { type PostProcessor, readTrim } from './post-processor.js';

/** Adds nothing; may trim offsets. */
export const byteLevel: Reader<PostProcessor> = readTrim;
