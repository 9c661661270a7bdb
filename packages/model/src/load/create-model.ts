import { type Config, configText, type Family, findFamily } from '@residual/families';
import { type HasNeeds, init } from '@residual/layers';
import { expectOptions, ResidualError, ready } from '@residual/tensor';
import { saveTokenizer, type Tokenizer } from '@residual/tokenizer';
import type { GenerationConfig } from '../generate/options.js';
import { Model } from '../model.js';
import { vocabOf } from '../model-kind.js';

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
  const vocab = vocabOf(composition);
  if (tokenizer && tokenizer.vocabSize > vocab)
    throw new ResidualError(
      'fit',
      `createModel: the tokenizer has ${tokenizer.vocabSize} tokens, the config a vocabulary of ${vocab}; ` +
        'it must hold them all',
    );
  const generationConfig = generationConfigOf(config, composition.maxPositions);
  const texts = {
    'config.json': configText(config),
    'generation_config.json': jsonText(generationConfig),
    ...(tokenizer && {
      'tokenizer.json': `${saveTokenizer(tokenizer, { pretty: true })}\n`,
      'tokenizer_config.json': jsonText(tokenizerConfigOf(config, tokenizer, composition.maxPositions)),
    }),
  };
  const layer: HasNeeds<unknown> = composition.model;
  const weights = init(layer, { seed }) as never;
  return new Model({ family, config, composition, weights, tokenizer, generationConfig, texts });
}

/** The text of a small JSON file. */
export const jsonText = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** The special tokens of a config: `bos_token_id` and so on. */
const tokenFields = ['bos', 'eos', 'pad'] as const;

/**
 * The `generation_config.json` of a new model, as the reference writes it: the maximum length and the special tokens.
 */
function generationConfigOf(config: Config, maxPositions: number): GenerationConfig {
  const names = [...tokenFields.map(name => `${name}_token_id`), 'decoder_start_token_id', 'forced_eos_token_id'];
  const present = names.filter(name => typeof config[name] === 'number').map(name => [name, config[name]]);
  const pad = paddingTokenOf(config);
  return {
    _from_model_config: true,
    max_length: maxPositions,
    ...Object.fromEntries(present),
    ...(pad !== undefined && { pad_token_id: pad }),
  };
}

/** The padding token of a batch; masks hide it, so the end token serves if there is no other. */
function paddingTokenOf({ pad_token_id: pad, eos_token_id: eos, bos_token_id: bos }: Config): number | undefined {
  return [pad, eos, bos].flat().find((id): id is number => typeof id === 'number');
}

/** The `tokenizer_config.json` of a new model, as the reference writes it. */
export function tokenizerConfigOf(config: Config, tokenizer: Tokenizer, maxPositions: number): Config {
  const unknown = tokenizer.unkTokenId;
  const ids = { ...config, pad_token_id: paddingTokenOf(config) ?? unknown };
  const tokens = tokenFields.flatMap(name => {
    const id = (ids as Config)[`${name}_token_id`];
    const token = typeof id === 'number' ? tokenizer.idToToken(id) : undefined;
    return token === undefined ? [] : [[`${name}_token`, token]];
  });
  const unknownToken = unknown === undefined ? undefined : tokenizer.idToToken(unknown);
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: maxPositions,
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(tokens),
    ...(unknownToken !== undefined && { unk_token: unknownToken }),
  };
}
