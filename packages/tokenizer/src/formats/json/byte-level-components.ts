import { byteLevel as byteLevelDecoder } from '../../decoders/byte-level.js';
import { bpe } from '../../models/bpe/bpe.js';
import { byteLevel as byteLevelProcessor } from '../../post-processors/byte-level.js';
import { sequence as sequenceProcessor } from '../../post-processors/sequence.js';
import { template } from '../../post-processors/template.js';
import { byteLevel } from '../../pre-tokenizers/byte-level.js';
import { sequence as sequencePreTokenizer } from '../../pre-tokenizers/sequence.js';
import { split } from '../../pre-tokenizers/split.js';
import type { ComponentRegistry } from './components.js';

/** The components of byte-level BPE files (GPT-2, Llama 3, Qwen and similar models), for small bundles. */
export const byteLevelComponents: ComponentRegistry = {
  normalizers: [],
  preTokenizers: [byteLevel, sequencePreTokenizer, split],
  models: [bpe],
  postProcessors: [byteLevelProcessor, sequenceProcessor, template],
  decoders: [byteLevelDecoder],
};
