import type { Components } from './components.js';
import { byteFallback } from './decoders/byte-fallback.js';
import { byteLevel as byteLevelDecoder } from './decoders/byte-level.js';
import { fuse } from './decoders/fuse.js';
import { replace as replaceDecoder } from './decoders/replace.js';
import { sequence as sequenceDecoder } from './decoders/sequence.js';
import { strip as stripDecoder } from './decoders/strip.js';
import { bpe } from './models/bpe.js';
import { lowercase } from './normalizers/lowercase.js';
import { prepend } from './normalizers/prepend.js';
import { replace } from './normalizers/replace.js';
import { sequence } from './normalizers/sequence.js';
import { bert as bertProcessor, roberta } from './post-processors/around.js';
import { byteLevel as byteLevelProcessor } from './post-processors/byte-level.js';
import { sequence as sequenceProcessor } from './post-processors/sequence.js';
import { template } from './post-processors/template.js';
import { byteLevel } from './pre-tokenizers/byte-level.js';
import { sequence as sequencePreTokenizer } from './pre-tokenizers/sequence.js';
import { split } from './pre-tokenizers/split.js';

/** Every component that can be read. */
export const allComponents: Components = {
  normalizers: { Lowercase: lowercase, Prepend: prepend, Replace: replace, Sequence: sequence },
  preTokenizers: { ByteLevel: byteLevel, Sequence: sequencePreTokenizer, Split: split },
  models: { BPE: bpe },
  postProcessors: {
    BertProcessing: bertProcessor,
    ByteLevel: byteLevelProcessor,
    RobertaProcessing: roberta,
    Sequence: sequenceProcessor,
    TemplateProcessing: template,
  },
  decoders: {
    ByteFallback: byteFallback,
    ByteLevel: byteLevelDecoder,
    Fuse: fuse,
    Replace: replaceDecoder,
    Sequence: sequenceDecoder,
    Strip: stripDecoder,
  },
};
