import { loadOnce, shippedModel } from '@residual/appkit';
import { loadModel, type Model } from '@residual/model';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';

/** Says where the page lies; the models lie beside it. */
export let begin: (page: string) => void;
/** The address of the page. */
export const pageAddress = new Promise<string>(resolve => {
  begin = resolve;
});

/** The tokenizer of the story model, which is there before the model. */
export const tokenizer: () => Promise<Tokenizer> = loadOnce(async () => {
  const address = shippedModel('stories', await pageAddress)['tokenizer.json']!;
  return tokenizerFromJson(await (await fetch(address)).text());
});

/** The story model: it has the architecture of GPT-2 and 9.4 million weights. */
export const stories: () => Promise<Model> = loadOnce(async () =>
  loadModel(shippedModel('stories', await pageAddress)),
);

/** The translator from English to French, loaded at its first use. */
export const translator: () => Promise<Model> = loadOnce(async () =>
  loadModel(shippedModel('en-fr', await pageAddress)),
);
