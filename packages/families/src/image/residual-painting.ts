import { expectOptions } from '@residual/tensor';
import type { ImageTokenizer, LanguageModel, TensorLayer } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import {
  type PromptedDecoderSizes,
  promptedDecoder,
  promptedDecoderFields,
  promptedDecoderLayout,
  promptedDecoderMappings,
  promptedDecoderNames,
} from '../parts/prompted-decoder.js';
import { imageTokenizerMappings, imageTokenizerOf } from './residual-image-tokens.js';
import { towerConfig } from './two-towers.js';

/**
 * Residual's own small model that paints: the blocks of Llama over the codes of pictures and the start of one, which it
 * reads and writes, and words, which it only reads; beside it the image tokenizer whose codes they are. A prompt is
 * words, padded to one length, the start, and the codes that are there already. `residual train images` trains it.
 */
export const residualPainting: Family<CausalComposition> = /* @__PURE__ */ residualPaintingFamily();

function residualPaintingFamily(): Family<CausalComposition> {
  return {
    name: 'residual_painting',
    modelTypes: ['residual_painting'],
    architectures: ['ResidualPaintingForCausalLM'],
    compose: (fields, { ignoreConfig = [] } = {}) => {
      const config = new ConfigReader('residual_painting', fields);
      const imageConfig = towerConfig('residual_painting', config, 'image_config');
      const { tokenizer, imageSize, grid } = imageTokenizerOf(imageConfig);
      const promptWords = config.size('prompt_words', 8, maxPromptWords);
      const maxPositions = promptWords + 1 + grid.rows * grid.columns;
      const defaults = { modelDim: 192, hiddenDim: 512, depth: 5, heads: 6, maxPositions, vocab: 12000 };
      const decoder = promptedDecoder(config, defaults, {
        count: tokenizer.codes + 1,
        name: 'pictures',
        learnedPositions: true,
      });
      if (decoder.maxPositions < maxPositions)
        config.refuse(
          'max_position_embeddings',
          decoder.maxPositions,
          `${maxPositions} or more, a prompt and a picture`,
        );
      const padTokenId = config.tokenId('pad_token_id') ?? tokenizer.codes + 2;
      if (padTokenId <= tokenizer.codes || padTokenId >= decoder.model.vocab)
        config.refuse('pad_token_id', padTokenId, `a word, ${tokenizer.codes + 1} .. ${decoder.model.vocab - 1}`);
      config.refuseUnread(ignoreConfig);
      imageConfig.refuseUnread([...ignoreConfig, 'model_type', 'architectures']);
      return {
        kind: 'causal-lm',
        ...decoder,
        model: withImageTokenizer(decoder.model, tokenizer),
        painting: { tokenizer, imageSize, grid, promptWords, padTokenId },
      };
    },
    mappings: [...promptedDecoderMappings(), ...imageTokenizerMappings('image.', '/image.')],
    ...promptedDecoderLayout,
  };
}

/** The most words of a prompt. */
const maxPromptWords = 1024;

/** A language model whose weights have those of an image tokenizer beside them, at `image`. */
function withImageTokenizer<Model extends LanguageModel<TensorLayer>>(model: Model, image: ImageTokenizer): Model {
  const run: LanguageModel<TensorLayer> = ((w, ids, scope) => model(w as never, ids, scope)) as typeof model;
  return Object.assign(run, { ...model, needs: { ...model.needs, image } }) as unknown as Model;
}

/** Sizes of `residualPaintingConfig`. */
export interface ResidualPaintingSizes extends PromptedDecoderSizes {
  /** The most words of a prompt. */
  readonly promptWords: number;
}

/** The `config.json` of a new model that paints with the codes of an image tokenizer, whose config is given. */
export function residualPaintingConfig(image: Config, sizes: ResidualPaintingSizes): Config {
  expectOptions('residualPaintingConfig', sizes, { ...promptedDecoderNames, promptWords: 1 });
  const { tokenizer, grid } = imageTokenizerOf(new ConfigReader('residual_image_tokens', image));
  const { promptWords } = sizes;
  const { architectures: _, model_type: __, ...imageFields } = image;
  return {
    architectures: ['ResidualPaintingForCausalLM'],
    model_type: 'residual_painting',
    image_config: imageFields,
    prompt_words: promptWords,
    ...promptedDecoderFields(sizes, tokenizer.codes + 1, promptWords + 1 + grid.rows * grid.columns),
    bos_token_id: tokenizer.codes,
    pad_token_id: tokenizer.codes + 2,
  };
}
