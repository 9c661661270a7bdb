/** The process of one library: loads one vocabulary, encodes one text. */
import { createHash } from 'node:crypto';
import { serveProcess } from '../processes/process.js';
import { load, type TokenizerName } from './subjects.js';
import { type TextName, texts } from './texts.js';
import type { VocabularyName } from './vocabularies.js';

/** The times of one process. */
export interface EncodingTimes {
  /** Milliseconds of loading the file, of the first pass, and of each warm pass. */
  readonly load: number;
  readonly first: number;
  readonly warm: readonly number[];
  /** The size of the text in UTF-8. */
  readonly bytes: number;
  /** A hash of the ids. */
  readonly ids: string;
  readonly cacheBytes: number;
}

/** How long warm passes are repeated, in milliseconds. */
const warmMilliseconds = 700;

serveProcess(async () => ({
  encode: async (vocabulary: VocabularyName, text: TextName): Promise<EncodingTimes> => {
    const { milliseconds, encode, cacheBytes } = await load(process.argv[2] as TokenizerName, vocabulary);
    const chunks = texts[text]();
    encode('a few words, é 12');
    const pass = () => {
      const start = performance.now();
      for (const chunk of chunks) encode(chunk);
      return performance.now() - start;
    };
    const first = pass();
    const warm: number[] = [];
    const until = performance.now() + warmMilliseconds;
    do warm.push(pass());
    while (performance.now() < until);
    const hash = createHash('sha256');
    for (const chunk of chunks) hash.update(`${Array.from(encode(chunk)).join()}\n`);
    const bytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
    return { load: milliseconds, first, warm, bytes, ids: hash.digest('hex'), cacheBytes: cacheBytes?.() ?? 0 };
  },
}));
