import { type Config, type Family, findFamily } from '@residual/families';
import { type HasNeeds, init } from '@residual/layers';
import { expectOptions, ready } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { Model } from '../model.js';
import { vocabOf } from '../model-kind.js';
import { expectTokenizerFits, newModelFiles } from './new-model-files.js';

/** The options of `createModel`. */
export interface CreateModelOptions {
  /** The seed of the random weights. */
  readonly seed: number;
  /** The tokenizer of the model, saved with it; without one the model works on token ids. */
  readonly tokenizer?: Tokenizer | undefined;
  /** Your own families; they take precedence over those of `@residual/families`. */
  readonly families?: readonly Family[];
}

/**
 * Makes a model with random weights from a `config.json`, such as one of `gpt2Config`. It generates, trains and saves
 * like a loaded model; the caller disposes it. Throws if the tokenizer has more tokens than the config's vocabulary.
 */
export async function createModel(config: Config, options: CreateModelOptions): Promise<Model> {
  expectOptions('createModel', options, { seed: 1, tokenizer: 0, families: 0 });
  const { seed, tokenizer, families } = options;
  await ready();
  const family = await findFamily(config, families);
  const composition = family.compose(config);
  expectTokenizerFits('createModel', tokenizer, vocabOf(composition));
  const { generationConfig, texts } = newModelFiles(config, tokenizer, composition.maxPositions);
  const layer: HasNeeds<unknown> = composition.model;
  const weights = init(layer, { seed }) as never;
  return new Model({ family, config, composition, weights, tokenizer, generationConfig, texts });
}
