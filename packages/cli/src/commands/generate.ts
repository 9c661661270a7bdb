import { ResidualError } from '@residual/base';
import type { GenerateOptions, GenerateOutput, GenerationConfig } from '@residual/model';
import type { CacheForm } from '@residual/tensor';
import { Option } from 'commander';
import { type AblateOptions, ablations, addAblateOption } from '../inspect/ablations.js';
import type { CommandDefinition } from '../runtime/command.js';
import { addGrammarOptions, type GrammarFlags, grammarOf } from '../runtime/grammars.js';
import { addModelOptions, type ModelContext, type ModelOptions, useModel, withModel } from '../runtime/model.js';
import {
  cacheForm,
  cacheHelp,
  positiveWholeNumber,
  seed,
  share,
  temperature,
  tokenIds,
  wholeNumber,
} from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { samplingOf } from '../runtime/sampling.js';
import { printNote, printResult, printText } from '../terminal/output.js';
import { isPiped, wholeText } from '../text/chunks.js';
import { withoutEnd } from '../text/lines.js';

interface Options extends ModelOptions, AblateOptions, GrammarFlags {
  readonly prompt?: string;
  readonly promptIds?: readonly number[];
  readonly maxNewTokens?: number;
  readonly maxLength?: number;
  readonly contextOverflow?: 'shift';
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stopStrings?: readonly string[];
  readonly cache?: CacheForm;
  readonly promptLookup?: number;
  readonly draft?: string;
  readonly json?: boolean;
}

/**
 * `residual generate`: continues a prompt, or writes the output of an encoder-decoder for it, as a stream of text or as
 * one JSON object.
 */
export const generateCommand: CommandDefinition<Options> = {
  declare: command => {
    const prompt = new Option(
      '--prompt <text>',
      'text to continue; empty starts at the first token; - or none behind a pipe reads standard input',
    );
    addModelOptions(command)
      .addOption(prompt.conflicts('promptIds'))
      .option('--prompt-ids <ids>', 'token ids to continue, separated by commas', tokenIds)
      .option('--max-new-tokens <n>', 'the largest number of new tokens', wholeNumber)
      .option('--max-length <n>', 'the largest number of tokens with the prompt', positiveWholeNumber)
      .addOption(
        new Option('--context-overflow <what>', 'beyond --max-length go on without the oldest tokens').choices([
          'shift',
        ]),
      )
      .option('--temperature <t>', '0 is greedy, 1 samples from the distribution of the model', temperature)
      .option('--top-k <k>', 'sample from the k likeliest tokens', positiveWholeNumber)
      .option('--top-p <p>', 'sample from the likeliest tokens whose probabilities sum up to p', share)
      .option('--seed <s>', 'the seed of sampling (default: a new one each time)', seed)
      .option('--stop-strings <text...>', 'texts that end the generation')
      .option('--cache <form>', cacheHelp, cacheForm)
      .addOption(
        new Option('--prompt-lookup <n>', 'copy up to n tokens from earlier in the text, and check them in one pass')
          .argParser(positiveWholeNumber)
          .conflicts('draft'),
      )
      .option('--draft <source>', 'a smaller model with the same tokens, whose guesses are checked in one pass');
    addGrammarOptions(command, 'the new text');
    return addJsonOption(addAblateOption(command), 'print one JSON object instead of text');
  },
  run: async call => {
    const prompt = await promptOf(call.options);
    return withModel(call, async context => {
      const { draft } = call.options;
      const work = (drafts: GenerateOptions) => generate(prompt, call.options, drafts, context);
      if (draft === undefined) return work({});
      return useModel({ model: draft }, context, ({ model: assistantModel }) => work({ assistantModel }));
    });
  },
};

async function generate(
  prompt: string | undefined,
  options: Options,
  drafts: GenerateOptions,
  { model, signal }: ModelContext,
) {
  const { promptIds, backend, json } = options;
  const settings = { ...(await settingsOf(options, model.generationConfig)), ...drafts };
  const tokens = model.tokensOf(promptIds ?? prompt ?? '');
  const textOf = (ids: readonly number[]) => model.tokenizer?.decode(ids) ?? ids.join(',');
  const startTime = performance.now();
  const steps = model
    .generate(tokens, { ...settings, hooks: await ablations(options), signal })
    [Symbol.asyncIterator]();
  const continued = prompt ?? (promptIds ? textOf(promptIds) : '');
  // printed once the first step has succeeded; a source is not part of the output
  let before = model.encoderDepth > 0 ? '' : continued;
  let comma = before === '' ? '' : ',';
  for (let step = await steps.next(); ; step = await steps.next()) {
    if (!json) printText(before);
    before = '';
    if (!step.done) {
      if (!json) printText(model.tokenizer ? step.value.text : `${comma}${step.value.token}`);
      comma = ',';
      continue;
    }
    const [output] = step.value;
    const seconds = (performance.now() - startTime) / 1000;
    const text = model.tokenizer ? fullText(output!, textOf) : '';
    printResult(options, resultOf(output!, { seconds, backend, text }), () => '');
    const isNew = output!.seed !== undefined && options.seed === undefined;
    if (isNew && !json) printNote(`--seed ${output!.seed} gives this text again`);
    return 0;
  }
}

/** The text to continue: the option, or standard input if it is asked for or is a pipe. */
async function promptOf({ prompt, promptIds }: Options): Promise<string | undefined> {
  const isGiven = prompt !== undefined || promptIds !== undefined;
  if (prompt !== '-' && (isGiven || !isPiped())) return prompt;
  if (process.stdin.isTTY) printNote('Type a text to continue; Ctrl-D ends it.');
  const text = withoutEnd(await wholeText('generate', {})); // without the line end that echo and editors append
  if (text !== '') return text;
  throw new ResidualError(
    'prompt',
    'generate: nothing came on standard input; pipe a text in, or give one with --prompt ' +
      "(--prompt '' begins at the beginning token)",
  );
}

/** The options of `model.generate`. */
async function settingsOf(options: Options, config: GenerationConfig): Promise<GenerateOptions> {
  const { maxNewTokens, maxLength, contextOverflow, stopStrings, cache, promptLookup: promptLookupNumTokens } = options;
  const plain = { maxNewTokens, maxLength, contextOverflow, stopStrings, cache, promptLookupNumTokens };
  return { ...plain, ...(await samplingOf(options, config)), ...(await grammarOf('generate', options)) };
}

/** Prompt and new text, up to the stop string if one ended the generation. */
function fullText(output: GenerateOutput, textOf: (ids: readonly number[]) => string): string {
  if (output.finishReason !== 'stop') return textOf(output.tokens);
  return textOf(output.tokens.slice(0, output.promptLength)) + output.text;
}

function resultOf(
  output: GenerateOutput,
  { text, seconds, backend }: { text: string; seconds: number; backend: string },
) {
  return {
    text,
    new_text: output.text,
    token_ids: output.tokens,
    new_token_ids: output.newTokens,
    prompt_tokens: output.promptLength,
    finish_reason: output.finishReason,
    logprob: output.logprob,
    ...(output.draftedTokens !== undefined && {
      drafted_tokens: output.draftedTokens,
      accepted_tokens: output.acceptedTokens,
    }),
    seconds,
    tokens_per_second: output.newTokens.length / seconds,
    seed: output.seed ?? null,
    backend,
  };
}
