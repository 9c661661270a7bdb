import type { Component } from '../formats/json/components.js';
import { byteLevelFields } from '../pre-tokenizers/byte-level.js';
import { type PostProcessor, readTrimOffsets } from './post-processor.js';

/** Adds nothing; may trim offsets. */
export const byteLevel: Component<PostProcessor> = {
  type: 'ByteLevel',
  fields: byteLevelFields,
  fromJson: readTrimOffsets,
};
