import type { Components } from './components.js';
import { byteLevel as byteLevelDecoder } from './decoders/byte-level.js';
import { bpe } from './models/bpe.js';
import { byteLevel as byteLevelProcessor } from './post-processors/byte-level.js';
import { sequence as sequenceProcessor } from './post-processors/sequence.js';
import { template } from './post-processors/template.js';
import { byteLevel } from './pre-tokenizers/byte-level.js';
import { sequence as sequencePreTokenizer } from './pre-tokenizers/sequence.js';
import { split } from './pre-tokenizers/split.js';

/** What byte-level BPE files are made of (GPT-2, Llama 3, Qwen and their like): for small bundles. */
export const byteLevelComponents: Components = {
  normalizers: {},
  preTokenizers: { ByteLevel: byteLevel, Sequence: sequencePreTokenizer, Split: split },
  models: { BPE: bpe },
  postProcessors: { ByteLevel: byteLevelProcessor, Sequence: sequenceProcessor, TemplateProcessing: template },
  decoders: { ByteLevel: byteLevelDecoder },
};
