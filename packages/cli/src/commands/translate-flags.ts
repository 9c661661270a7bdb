import type { Model, TranslateOptions, Translation } from '@residual/model';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type NodeBackend, nodeBackends } from '../machine/backends.js';
import { beamCount, lineCount, penalty, tokenCount, tokenLimit } from './option-values.js';

/** What the commands that translate have in common. */
export interface TranslateFlags {
  readonly model: string;
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
  readonly backend: NodeBackend;
}

/** Gives a command the options of `TranslatingOptions`. */
export function withTranslateFlags(command: Command): Command {
  return command
    .requiredOption('--model <source>', 'folder, URL or Hugging Face id of an encoder-decoder')
    .option('--num-beams <n>', 'how many translations grow side by side; 1 is greedy', beamCount)
    .option('--length-penalty <p>', 'above 1 long translations gain, below 1 short ones; for beams', penalty)
    .option('--early-stopping <when>', 'when a search is done: true, false or never; for beams', earlyStopping)
    .option('--max-new-tokens <n>', 'how many tokens a translation may have', tokenCount)
    .option('--prefix <text>', 'what the model expects before each text, as T5 does')
    .option('--source-language <name>', 'for models of several languages: fr, fr_XX, __fr__, fra_Latn')
    .option('--target-language <name>', 'the language that is written')
    .option(
      '--max-segment-tokens <n>',
      'a line of more tokens, or of three sentences and more, is translated sentence by sentence; 40 if absent',
      tokenLimit,
    )
    .option('--batch <n>', 'how many lines are translated at once; 32 if absent', lineCount)
    .option('--without-cross-attention', 'with its weights set to zero: what the decoder writes that sees no source')
    .addOption(new Option('--backend <name>', 'what computes').choices(nodeBackends).default('wasm'));
}

/** The settings of `model.translate` that options stand for. */
export function translateOptions(
  options: TranslateFlags,
  { batch, signal }: { readonly batch: number; readonly signal: AbortSignal },
): TranslateOptions {
  const {
    numBeams,
    lengthPenalty,
    earlyStopping,
    maxNewTokens,
    maxSegmentTokens,
    prefix,
    sourceLanguage,
    targetLanguage,
  } = options;
  const ablate = options.withoutCrossAttention ? [{ tap: 'decoder.layers.*.crossAttention.weights' }] : undefined;
  const shared = { maxNewTokens, maxSegmentTokens, prefix, sourceLanguage, targetLanguage, ablate };
  const given = Object.entries({ numBeams, lengthPenalty, earlyStopping, ...shared });
  return { ...Object.fromEntries(given.filter(([, value]) => value !== undefined)), batch, signal };
}

/** Translates lines; `onLine` is told each translation in the order of the lines, as soon as those before it are there. */
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

function earlyStopping(text: string): boolean | 'never' {
  if (text === 'never') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('It must be true, false or never.');
}
