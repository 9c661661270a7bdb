import { ResidualError } from '@residual/base';
import { marianConfig } from '@residual/families';
import { createModel, encoderDecoderOf } from '@residual/model';
import type { Tokenizer } from '@residual/tokenizer';
import { pairBatches, sequenceToSequenceLoss, trainValidationSplit } from '@residual/train';
import { grouped } from '../terminal/format.js';
import { print } from '../terminal/output.js';
import { readTexts } from '../text/files.js';
import { type Corpus, encodedPairs, firstBatches, pairsOf, sizeOf } from './corpus.js';
import type { CommonSettings } from './options.js';
import { runTraining } from './run.js';
import type { RunContext } from './start.js';
import { eosTokenOf, runTokenizer, tokenizerInFile, trainWithProgress } from './tokenizers.js';

/** Settings of `residual train seq2seq`. */
export interface TranslatorSettings extends CommonSettings {
  readonly maxPositions: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly encoderDepth?: number;
  readonly hiddenDim?: number;
  readonly dropout: number;
  readonly tokenizer?: string;
  readonly vocabSize: number;
}

/** Trains a new translator on pairs. Returns the exit code. */
export async function trainTranslator(run: RunContext<TranslatorSettings>): Promise<number> {
  const { settings, progress } = run;
  const { files, validationFile, seed, maxPositions, labelSmoothing, batch } = settings;
  progress.show('reading');
  const all = pairsOf(await readTexts('train', files), files);
  const parts =
    validationFile === undefined
      ? trainValidationSplit(all, { share: settings.validation, seed })
      : { training: all, validation: pairsOf(await readTexts('train', [validationFile]), [validationFile]) };
  const tokenizer = await tokenizerOf(run, parts.training);
  const tokens = { eos: eosTokenOf(tokenizer), pad: tokenizer.padTokenId ?? tokenizer.tokenToId('<pad>') };
  if (tokens.eos === undefined || tokens.pad === undefined)
    throw new ResidualError(
      'data',
      'train: the tokenizer needs a token that ends texts and one for padding, </s> and <pad>',
    );
  const { eos, pad } = { eos: tokens.eos, pad: tokens.pad };
  progress.show('encoding');
  const [trainingPairs, validationPairs] = [
    encodedPairs(parts.training, tokenizer, eos),
    encodedPairs(parts.validation, tokenizer, eos),
  ];
  const options = { batch, padTokenId: pad, decoderStartTokenId: pad, maxLength: maxPositions };
  const corpus: Corpus<Parameters<ReturnType<typeof sequenceToSequenceLoss>['loss']>[1]> = {
    batches: pairBatches(trainingPairs, { ...options, seed }),
    validation: limit => firstBatches(pairBatches(validationPairs, { ...options, epochs: 1 }).from(0), limit),
    summary: sizeOf('pairs', trainingPairs.length, validationPairs.length),
  };
  const { modelDim, heads, depth, encoderDepth, hiddenDim, dropout } = settings;
  const config = marianConfig({
    vocab: tokenizer.vocabSize,
    ...{ modelDim, heads, depth, maxPositions, dropout, specialTokens: { eos, pad } },
    ...(encoderDepth !== undefined && { encoderDepth }),
    ...(hiddenDim !== undefined && { hiddenDim }),
  });
  const model = await createModel(config, { seed, tokenizer });
  progress.end();
  print(`${corpus.summary}; ${grouped(model.describe().parameters)} parameters`);
  try {
    const objective = sequenceToSequenceLoss(encoderDecoderOf('train', model).layer, {
      labelSmoothing,
      maxPositions,
    });
    // In the reference the bias of the logits is a buffer and is not trained.
    const job = {
      model,
      objective,
      corpus,
      frozen: (path: string) => path === 'logitsBias',
      result: () => model.save(),
    };
    return await runTraining(job, settings, run);
  } finally {
    model.dispose();
  }
}

/** The given tokenizer, or a byte-level BPE of both languages that ends each text with `</s>`. */
function tokenizerOf(
  run: RunContext<TranslatorSettings>,
  pairs: readonly (readonly [string, string])[],
): Promise<Tokenizer> {
  const { tokenizer, vocabSize } = run.settings;
  return runTokenizer(run, async () => {
    if (tokenizer !== undefined) return tokenizerInFile(tokenizer);
    const specialTokens = ['</s>', '<unk>', '<pad>'];
    const end = { SpecialToken: { id: '</s>', type_id: 0 } };
    const postProcessor = {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, end],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, end, { Sequence: { id: 'B', type_id: 1 } }, end],
      special_tokens: { '</s>': { id: '</s>', ids: [0], tokens: ['</s>'] } },
    };
    const settings = { kind: 'byte-level-bpe', vocabSize, specialTokens, postProcessor } as const;
    return trainWithProgress(pairs.flat(), settings, run);
  });
}
