import { type Config, configText } from '@residual/families';
import { ResidualError } from '@residual/tensor';
import { saveTokenizer, type Tokenizer } from '@residual/tokenizer';
import type { GenerationConfig } from '../generate/options.js';

/** The generation config of a new model, and the texts of its files by name. */
export interface NewModelFiles {
  readonly generationConfig: GenerationConfig;
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * The small files of a new model: `config.json`, `generation_config.json`, the tokenizer if it has one. `own` are
 * fields of the generation config.
 */
export function newModelFiles(
  config: Config,
  tokenizer: Tokenizer | undefined,
  maxPositions: number,
  own: GenerationConfig = {},
): NewModelFiles {
  const generationConfig = { ...generationConfigOf(config, maxPositions), ...own };
  const texts = {
    'config.json': configText(config),
    'generation_config.json': jsonText(generationConfig),
    ...(tokenizer && {
      'tokenizer.json': `${saveTokenizer(tokenizer, { pretty: true })}\n`,
      'tokenizer_config.json': jsonText(tokenizerConfigOf(config, tokenizer, maxPositions)),
    }),
  };
  return { generationConfig, texts };
}

/** Throws if a tokenizer has more tokens than the vocabulary of a model; `caller` is the function in the error. */
export function expectTokenizerFits(caller: string, tokenizer: Tokenizer | undefined, vocab: number): void {
  if (!tokenizer || tokenizer.vocabSize <= vocab) return;
  throw new ResidualError(
    'fit',
    `${caller}: the tokenizer has ${tokenizer.vocabSize} tokens, the config a vocabulary of ${vocab}; ` +
      'it must hold them all',
  );
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
