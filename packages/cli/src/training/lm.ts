import { gpt2Config, llamaConfig } from '@residual/families';
import { causalOf, createModel } from '@residual/model';
import type { Tokenizer } from '@residual/tokenizer';
import { characterTokenizer } from '@residual/tokenizer/train';
import { languageModelLoss } from '@residual/train';
import { grouped } from '../terminal/format.js';
import { print } from '../terminal/output.js';
import type { DocumentSplit } from '../text/documents.js';
import { readSplit, textCorpus } from './corpus.js';
import type { CommonSettings } from './options.js';
import { runTraining } from './run.js';
import type { RunContext } from './start.js';
import { eosTokenOf, runTokenizer, tokenizerInFile, trainWithProgress } from './tokenizers.js';

/** Settings of `residual train lm`. */
export interface LanguageModelSettings extends CommonSettings {
  readonly shape: 'gpt2' | 'llama';
  readonly length: number;
  readonly documents: DocumentSplit;
  readonly modelDim: number;
  readonly heads: number;
  readonly kvHeads?: number;
  readonly depth: number;
  readonly hiddenDim?: number;
  readonly dropout: number;
  readonly tokenizer?: string;
  readonly vocabSize: number;
}

/** Trains a new language model on texts. Returns the exit code. */
export async function trainLanguageModel(run: RunContext<LanguageModelSettings>): Promise<number> {
  const { settings, progress } = run;
  const { documents, seed, length, batch, shape, labelSmoothing } = settings;
  progress.show('reading');
  const parts = await readSplit(settings);
  const tokenizer = await tokenizerOf(run, parts.training);
  const end = eosTokenOf(tokenizer);
  progress.show('encoding');
  const corpus = textCorpus(parts, tokenizer, documents, { length, batch, seed, end });
  const sizes = {
    vocab: tokenizer.vocabSize,
    modelDim: settings.modelDim,
    heads: settings.heads,
    depth: settings.depth,
    maxPositions: length,
    dropout: settings.dropout,
    specialTokens: { bos: end, eos: end },
    ...(settings.hiddenDim !== undefined && { hiddenDim: settings.hiddenDim }),
  };
  const config =
    shape === 'gpt2'
      ? gpt2Config(sizes)
      : llamaConfig({ ...sizes, ...(settings.kvHeads !== undefined && { kvHeads: settings.kvHeads }) });
  const model = await createModel(config, { seed, tokenizer });
  progress.end();
  print(`${corpus.summary}; ${grouped(model.describe().parameters)} parameters`);
  try {
    const objective = languageModelLoss(causalOf('train', model).layer, {
      labelSmoothing,
      maxPositions: length,
    });
    return await runTraining({ model, objective, corpus, result: () => model.save() }, settings, run);
  } finally {
    model.dispose();
  }
}

/** The given tokenizer, or one that is trained on the texts; a resumed run reads it from its folder. */
function tokenizerOf(run: RunContext<LanguageModelSettings>, texts: readonly string[]): Promise<Tokenizer> {
  const { tokenizer, vocabSize } = run.settings;
  return runTokenizer(run, async () => {
    if (tokenizer === 'characters') return characterTokenizer(texts);
    if (tokenizer !== undefined) return tokenizerInFile(tokenizer);
    return trainWithProgress(texts, { kind: 'byte-level-bpe', vocabSize }, run);
  });
}
