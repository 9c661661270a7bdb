import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';
import { type Command, Option } from 'commander';
import { tokenIds } from '../runtime/option-values.js';

/** What a prompt of the command line is for a model: its token ids, of an encoder-decoder those of both sides. */
export type InspectInput =
  | readonly number[]
  | { readonly source: readonly number[]; readonly target: readonly number[] };

/** The options of `addDecoderOptions`. */
export interface DecoderOptions {
  readonly decoderPrompt?: string;
  readonly decoderIds?: readonly number[];
}

/** The options of `addPromptOptions`. */
export interface PromptOptions extends DecoderOptions {
  readonly prompt?: string;
  readonly promptIds?: readonly number[];
}

/** Adds the options `--prompt` and `--prompt-ids`, and those of what the decoder of an encoder-decoder has written. */
export function addPromptOptions(command: Command): Command {
  const prompt = new Option('--prompt <text>', 'the text to look at; empty is the first token of the model');
  command
    .addOption(prompt.conflicts('promptIds'))
    .option('--prompt-ids <ids>', 'its token ids, separated by commas', tokenIds);
  return addDecoderOptions(command);
}

/** Adds the options of what the decoder of an encoder-decoder has written. */
export function addDecoderOptions(command: Command): Command {
  const text = new Option('--decoder-prompt <text>', 'of an encoder-decoder: the beginning of what the decoder writes');
  return command
    .addOption(text.conflicts('decoderIds'))
    .option('--decoder-ids <ids>', 'its token ids with the start token (default: that token alone)', tokenIds);
}

/**
 * The token ids of a prompt. `name` begins the options that errors name: `--prompt` and `--prompt-ids`. An
 * encoder-decoder reads the prompt as its source; the decoder has its start token and what the options say.
 */
export function inputOf(
  model: Model,
  name: string,
  { prompt, promptIds }: { readonly prompt?: string | undefined; readonly promptIds?: readonly number[] | undefined },
  decoder: DecoderOptions,
): InspectInput {
  const ids = idsOf(model, name, prompt, promptIds);
  const { decoderPrompt, decoderIds } = decoder;
  if (model.encoderDepth === 0) {
    if (decoderPrompt === undefined && decoderIds === undefined) return within(model, name, ids);
    const option = decoderIds ? '--decoder-ids' : '--decoder-prompt';
    throw new ResidualError('option', `inspect: ${option} is for an encoder-decoder; this model has no encoder`);
  }
  return { source: ids, target: within(model, '--decoder', targetOf(model, decoder)) };
}

/** The ids at whose positions a model predicts: the prompt, or of an encoder-decoder what the decoder has written. */
export function predictingIds(input: InspectInput): readonly number[] {
  return 'target' in input ? input.target : input;
}

function idsOf(
  model: Model,
  name: string,
  prompt: string | undefined,
  promptIds: readonly number[] | undefined,
): readonly number[] {
  const given = promptIds ?? prompt;
  if (given === undefined)
    throw new ResidualError(
      'prompt',
      `inspect: there is no prompt; give a text with ${name} or ids with ${idsName(name)}`,
    );
  if (typeof given === 'string' && !model.tokenizer)
    throw new ResidualError(
      'prompt',
      `inspect: ${name} is a text and this model has no tokenizer; give token ids with ${idsName(name)}`,
    );
  return model.tokensOf(given);
}

/** `--prompt-ids` for `--prompt`, `--clean-ids` for `--clean-prompt`. */
const idsName = (name: string) => (name === '--prompt' ? '--prompt-ids' : name.replace('-prompt', '-ids'));

function targetOf(model: Model, { decoderPrompt, decoderIds }: DecoderOptions): readonly number[] {
  if (decoderIds) return decoderIds;
  const start = model.decoderStartTokenId;
  if (decoderPrompt === undefined) return [start];
  const tokenizer = model.tokenizer?.target ?? model.tokenizer;
  if (!tokenizer)
    throw new ResidualError(
      'prompt',
      'inspect: --decoder-prompt is a text and this model has no tokenizer; give token ids with --decoder-ids',
    );
  return [start, ...tokenizer.encode(decoderPrompt, { addSpecialTokens: false }).ids];
}

/** Errors for ids outside the vocabulary, and for more tokens than the model has positions. */
function within(model: Model, name: string, ids: readonly number[]): readonly number[] {
  const wrong = ids.find(id => id >= model.vocab);
  if (wrong !== undefined)
    throw new ResidualError(
      'range',
      `inspect: ${name} has the id ${wrong}; the vocabulary has 0 to ${model.vocab - 1}`,
    );
  if (ids.length <= model.maxPositions || model.openEnded) return ids;
  throw new ResidualError(
    'shape',
    `inspect: ${name} has ${ids.length} tokens; this model has ${model.maxPositions} positions`,
  );
}
