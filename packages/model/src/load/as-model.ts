import { type ComposedLayer, type Config, composedConfig, composedFamily } from '@residual/families';
import { flatten, type HasNeeds, type Weights } from '@residual/layers';
import { expectOptions, expectValue } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { GenerationConfig } from '../generate/options.js';
import { Model } from '../model.js';
import { vocabOf } from '../model-kind.js';
import { expectTokenizerFits, newModelFiles } from './new-model-files.js';

/** The options of `asModel`. */
export interface AsModelOptions<Layer> {
  /** The weights of the layer, trained or from `init`; the model takes ownership. */
  readonly weights: Weights<Layer>;
  /** The tokenizer of the model, saved with it; without one the model works on token ids. */
  readonly tokenizer?: Tokenizer | undefined;
  /**
   * Fields of its `config.json` beside the sizes of the layer: `max_position_embeddings` where the layer computes any
   * position, `decoder_start_token_id` of an encoder-decoder, `architectures` and `id2label` of a head that judges, a
   * `model_type` of your own (default `composed`), and what else is to be saved.
   */
  readonly config?: Config;
  /** Fields of its `generation_config.json`, such as `temperature` and `do_sample`. */
  readonly generationConfig?: GenerationConfig;
  /** The Jinja template with which it chats. */
  readonly chatTemplate?: string;
}

/**
 * A layer that you composed, with its weights, as a model: it generates, chats, embeds, saves and is inspected like a
 * loaded one, without a family. `loadModel(source, { layer })` opens what it saves. The layer is a whole model of
 * `@residual/transformer`: `languageModel`, `encoderDecoder`, or a text model such as `textEncoder`. The caller
 * disposes the model. Errors if weights, tokenizer or config do not fit the layer; then the weights stay the caller's.
 */
export function asModel<Layer extends ComposedLayer>(layer: Layer, options: AsModelOptions<Layer>): Model {
  const names = { weights: 1, tokenizer: 0, config: 0, generationConfig: 0, chatTemplate: 0 } as const;
  expectOptions('asModel', options, names);
  const { weights, tokenizer, config: own = {}, generationConfig: ownGeneration, chatTemplate } = options;
  const isText = chatTemplate === undefined || typeof chatTemplate === 'string';
  expectValue(isText, 'asModel', 'chatTemplate', chatTemplate, 'a text');
  const config = composedConfig(layer, { ...specialTokensOf(tokenizer), ...own });
  const family = composedFamily(layer, config.model_type as string);
  const composition = family.compose(config);
  flatten(layer as HasNeeds<unknown>, weights as never); // throws if they are not those of the layer
  expectTokenizerFits('asModel', tokenizer, vocabOf(composition));
  const files = newModelFiles(config, tokenizer, composition.maxPositions, ownGeneration);
  const texts = { ...files.texts, ...(chatTemplate !== undefined && { 'chat_template.jinja': chatTemplate }) };
  const { generationConfig } = files;
  return new Model({ family, config, composition, weights: weights as never, tokenizer, generationConfig, texts });
}

/** The special tokens of a tokenizer as fields of a config. */
function specialTokensOf(tokenizer: Tokenizer | undefined): Config {
  const { bosTokenId, eosTokenId, padTokenId } = tokenizer ?? {};
  const ids = { bos_token_id: bosTokenId, eos_token_id: eosTokenId, pad_token_id: padTokenId };
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined));
}
