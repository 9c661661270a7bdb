import type { Model, TranslateOptions, Translation } from '@residual/model';
import type { CacheForm } from '@residual/tensor';
import type { Command } from 'commander';
import type { SourceOptions } from './model.js';
import {
  cacheForm,
  cacheHelp,
  earlyStopping,
  finiteNumber,
  positiveWholeNumber,
  wholeNumber,
} from './option-values.js';

/** The options that all commands that translate share. */
export interface TranslationOptions extends SourceOptions {
  readonly numBeams?: number;
  readonly lengthPenalty?: number;
  readonly earlyStopping?: boolean | 'never';
  readonly maxNewTokens?: number;
  readonly prefix?: string;
  readonly sourceLanguage?: string;
  readonly targetLanguage?: string;
  readonly maxSegmentTokens?: number;
  readonly batch?: number;
  readonly withoutCrossAttention?: boolean;
  readonly cache?: CacheForm;
}

/** Lines that are translated at once by default. */
export const defaultBatch = 32;

/** Adds the options of `TranslationOptions` to a command, without those of `SourceOptions`. */
export function addTranslationOptions(command: Command): Command {
  return command
    .option('--num-beams <n>', 'beams of the beam search; 1 is greedy', positiveWholeNumber)
    .option(
      '--length-penalty <p>',
      'for beam search: above 1 favours long translations, below 1 short ones',
      finiteNumber,
    )
    .option('--early-stopping <when>', 'for beam search: when it ends, true, false or never', earlyStopping)
    .option('--max-new-tokens <n>', 'the largest number of tokens in a translation', wholeNumber)
    .option('--prefix <text>', 'what the model expects before each text, as T5 does')
    .option('--source-language <name>', 'for multilingual models: fr, fr_XX, __fr__, fra_Latn')
    .option('--target-language <name>', 'the language of the translation')
    .option(
      '--max-segment-tokens <n>',
      'a line of more tokens, or of three sentences and more, is translated sentence by sentence (default: 40)',
      positiveWholeNumber,
    )
    .option('--batch <n>', `lines that are translated at once (default: ${defaultBatch})`, positiveWholeNumber)
    .option('--cache <form>', cacheHelp, cacheForm)
    .option(
      '--without-cross-attention',
      'set the weights of cross-attention to zero: what the decoder writes without a source',
    );
}

/** The options of `model.translate` for the options of a command. */
export function translateOptions(
  options: TranslationOptions,
  { batch, signal }: { readonly batch: number; readonly signal: AbortSignal },
): TranslateOptions {
  const { numBeams, lengthPenalty, earlyStopping, maxNewTokens, maxSegmentTokens } = options;
  const { prefix, sourceLanguage, targetLanguage, withoutCrossAttention, cache } = options;
  const ablate = withoutCrossAttention ? [{ tap: 'decoder.layers.*.crossAttention.weights' }] : undefined;
  const shared = { maxNewTokens, maxSegmentTokens, prefix, sourceLanguage, targetLanguage, ablate, cache };
  const settings = Object.entries({ numBeams, lengthPenalty, earlyStopping, ...shared });
  return { ...Object.fromEntries(settings.filter(([, value]) => value !== undefined)), batch, signal };
}

/** Translates lines and calls `onLine` with each translation, in the order of the lines. */
export async function translateLines(
  model: Model,
  lines: readonly string[],
  options: TranslateOptions,
  onLine: (translation: Translation) => void,
): Promise<void> {
  const pending = new Map<number, Translation>();
  let next = 0;
  for await (const step of model.translate(lines, options)) {
    if (step.kind !== 'text') continue;
    pending.set(step.text, step.translation);
    for (let ready = pending.get(next); ready; ready = pending.get(next)) {
      pending.delete(next++);
      onLine(ready);
    }
  }
}
