import { textsOf, tokenizedText } from '@residual/appkit';
import { begin, tokenizer } from '../worker/lab.js';
import type { FrameCalls } from './tour.js';

/** The functions of the frame in the worker. */
export const frameCalls: FrameCalls = {
  begin: page => begin(page),
  tokens: async text => tokenizedText(await tokenizer(), text),
  vocabulary: async () => {
    const loaded = await tokenizer();
    return textsOf(
      loaded,
      Array.from({ length: loaded.vocabSize }, (_, id) => id),
    );
  },
};
