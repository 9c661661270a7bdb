import { loadModel, type Model } from '@residual/model';
import type { Translator } from './translator.js';

/** This library with its public API: `model.translate` of texts. */
export function residual(): Translator {
  let model: Model | undefined;
  return {
    load: async folder => {
      model = await loadModel(folder);
    },
    translate: async (sentences, settings) => {
      const texts = sentences.map(({ text }) => text);
      return (await model!.translate(texts, settings).result()).map(({ tokens }) => tokens);
    },
  };
}
