import { begin, textsOf, tokenizer } from '../worker/lab.js';
import type { Tokens } from './step.js';
import type { FrameCalls } from './tour.js';

/** The functions of the frame in the worker. */
export const frameCalls: FrameCalls = {
  begin: page => begin(page),
  tokens: async (text): Promise<Tokens> => {
    const loaded = await tokenizer();
    const { ids, offsets } = loaded.encode(text);
    return { text, ids, offsets, texts: textsOf(loaded, ids) };
  },
  vocabulary: async () => {
    const loaded = await tokenizer();
    return textsOf(
      loaded,
      Array.from({ length: loaded.vocabSize }, (_, id) => id),
    );
  },
};
