/** The process of one library: loads one vocabulary, encodes one text. */
import { createHash } from 'node:crypto';
import { serveProcess } from '../process.js';
import { load, type TokenizerName } from './subjects.js';
import { type TextName, texts } from './texts.js';
import type { VocabularyName } from './vocabularies.js';

/** What one process took. */
export interface EncodingTimes {
  /** Milliseconds. */
  readonly load: number;
  readonly first: number;
  readonly warm: number;
  /** UTF-8. */
  readonly bytes: number;
  /** The same where the ids are the same. */
  readonly ids: string;
  readonly cacheBytes: number;
}

/** Warm passes go on for so many milliseconds. */
const warmMilliseconds = 700;

serveProcess({
  take: async (vocabulary: VocabularyName, text: TextName): Promise<EncodingTimes> => {
    const { milliseconds, encode, cacheBytes } = await load(process.argv[2] as TokenizerName, vocabulary);
    const pieces = texts[text]();
    encode('a few words, é 12');
    const pass = () => {
      const begun = performance.now();
      for (const piece of pieces) encode(piece);
      return performance.now() - begun;
    };
    const first = pass();
    let warm = Number.POSITIVE_INFINITY;
    for (const until = performance.now() + warmMilliseconds; performance.now() < until; ) warm = Math.min(warm, pass());
    if (warm === Number.POSITIVE_INFINITY) warm = pass();
    const hash = createHash('sha256');
    for (const piece of pieces) hash.update(`${Array.from(encode(piece)).join()}\n`);
    const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
    return { load: milliseconds, first, warm, bytes, ids: hash.digest('hex'), cacheBytes: cacheBytes?.() ?? 0 };
  },
});
