import { bpe as bpeDecoder } from '../../decoders/bpe.js';
import { byteFallback } from '../../decoders/byte-fallback.js';
import { byteLevel as byteLevelDecoder } from '../../decoders/byte-level.js';
import { ctc } from '../../decoders/ctc.js';
import { fuse } from '../../decoders/fuse.js';
import { metaspace as metaspaceDecoder } from '../../decoders/metaspace.js';
import { replace as replaceDecoder } from '../../decoders/replace.js';
import { sequence as sequenceDecoder } from '../../decoders/sequence.js';
import { strip as stripDecoder } from '../../decoders/strip.js';
import { wordPiece as wordPieceDecoder } from '../../decoders/word-piece.js';
import { bpeWithDropout } from '../../models/bpe/bpe-dropout.js';
import { unigram } from '../../models/unigram/unigram.js';
import { wordLevel } from '../../models/wordlevel/word-level.js';
import { wordPiece } from '../../models/wordpiece/word-piece.js';
import { bert as bertNormalizer } from '../../normalizers/bert.js';
import { byteLevel as byteLevelNormalizer } from '../../normalizers/byte-level.js';
import { lowercase } from '../../normalizers/lowercase.js';
import { nmt } from '../../normalizers/nmt.js';
import { precompiled } from '../../normalizers/precompiled.js';
import { prepend } from '../../normalizers/prepend.js';
import { replace } from '../../normalizers/replace.js';
import { sequence } from '../../normalizers/sequence.js';
import { strip } from '../../normalizers/strip.js';
import { stripAccents } from '../../normalizers/strip-accents.js';
import { nfc, nfd, nfkc, nfkd } from '../../normalizers/unicode.js';
import { bert as bertProcessor, roberta } from '../../post-processors/bert.js';
import { byteLevel as byteLevelProcessor } from '../../post-processors/byte-level.js';
import { sequence as sequenceProcessor } from '../../post-processors/sequence.js';
import { template } from '../../post-processors/template.js';
import { byteLevel } from '../../pre-tokenizers/byte-level.js';
import {
  bert as bertPreTokenizer,
  characterDelimiter,
  digits,
  punctuation,
  whitespace,
  whitespaceSplit,
} from '../../pre-tokenizers/characters.js';
import { fixedLength } from '../../pre-tokenizers/fixed-length.js';
import { metaspace } from '../../pre-tokenizers/metaspace.js';
import { sequence as sequencePreTokenizer } from '../../pre-tokenizers/sequence.js';
import { split } from '../../pre-tokenizers/split.js';
import { unicodeScripts } from '../../pre-tokenizers/unicode-scripts.js';
import { countUpTo } from '../../streaming/encode-stream.js';
import type { ComponentRegistry } from './components.js';

/** All components that can be read and saved, in the order in which errors list them. */
export const allComponents: ComponentRegistry = {
  countUpTo,
  normalizers: [
    bertNormalizer,
    byteLevelNormalizer,
    lowercase,
    nfc,
    nfd,
    nfkc,
    nfkd,
    nmt,
    precompiled,
    prepend,
    replace,
    sequence,
    strip,
    stripAccents,
  ],
  preTokenizers: [
    bertPreTokenizer,
    byteLevel,
    characterDelimiter,
    digits,
    fixedLength,
    metaspace,
    punctuation,
    sequencePreTokenizer,
    split,
    unicodeScripts,
    whitespace,
    whitespaceSplit,
  ],
  models: [bpeWithDropout, unigram, wordLevel, wordPiece],
  postProcessors: [bertProcessor, byteLevelProcessor, roberta, sequenceProcessor, template],
  decoders: [
    bpeDecoder,
    ctc,
    metaspaceDecoder,
    wordPieceDecoder,
    byteFallback,
    byteLevelDecoder,
    fuse,
    replaceDecoder,
    sequenceDecoder,
    stripDecoder,
  ],
};
