import { loadModel, type Model } from '@residual/model';
import type { Translator, TranslatorForm } from './translator.js';

/** This library with its public API, `model.translate` of texts; its weights as float32 if no form is given. */
export function residual(weights?: TranslatorForm): Translator {
  let model: Model | undefined;
  return {
    load: async folder => {
      model = await loadModel(folder, weights ? { weights } : {});
    },
    translate: async (sentences, settings) => {
      const texts = sentences.map(({ text }) => text);
      return (await model!.translate(texts, settings).result()).map(({ tokens }) => tokens);
    },
  };
}
