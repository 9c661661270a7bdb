import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { HasNeeds } from '@residual/layers';
import { causalOf, loadModel, saveLora } from '@residual/model';
import { attachLora, detachLora, freezeBase, languageModelLoss, mergeLora } from '@residual/train';
import type { FormName } from '../runtime/model.js';
import { print } from '../terminal/output.js';
import type { DocumentSplit } from '../text/documents.js';
import { readSplit, textCorpus } from './corpus.js';
import type { CommonSettings } from './options.js';
import { runTraining } from './run.js';
import type { RunContext } from './start.js';
import { eosTokenOf } from './tokenizers.js';

/** Settings of `residual train lora`. */
export interface LoraSettings extends CommonSettings {
  readonly model?: string;
  readonly weights?: FormName;
  readonly length?: number;
  readonly documents: DocumentSplit;
  readonly rank: number;
  readonly alpha?: number;
  readonly target: readonly string[];
}

/** Fine-tunes a checkpoint with LoRA on texts. Returns the exit code. */
export async function trainLora(run: RunContext<LoraSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { model: source, weights: form, documents, seed, batch, labelSmoothing } = settings;
  if (source === undefined)
    throw new ResidualError('range', 'train: it is not said which checkpoint is fine-tuned; give --model <source>');
  const parts = await readSplit(settings);
  const model = await loadModel(source, { onProgress: progress.loading, signal, ...(form && { weights: form }) });
  try {
    const { layer, weights } = causalOf('train lora', model);
    const { tokenizer, maxPositions } = model;
    if (!tokenizer) throw new ResidualError('prompt', 'train lora: this checkpoint has no tokenizer');
    const { length = Math.min(maxPositions, 128), rank, alpha, target } = settings;
    const corpus = textCorpus(parts, tokenizer, documents, { length, batch, seed, end: eosTokenOf(tokenizer) });
    const needs = layer as HasNeeds<unknown>;
    const paths = attachLora(needs, weights, { targets: target, rank, seed, ...(alpha !== undefined && { alpha }) });
    progress.end();
    print(`${corpus.summary}; rank ${rank} beside ${paths.length} linear layers`);
    const objective = languageModelLoss(layer, {
      labelSmoothing,
      maxPositions: model.openEnded ? Number.POSITIVE_INFINITY : maxPositions,
    });
    const result = async () => {
      const adapter = await saveLora(model, { base: source });
      mergeLora(needs, weights);
      detachLora(needs, weights);
      const inFolder = [...adapter].map(([name, bytes]) => [join('adapter', name), bytes] as const);
      return new Map([...(await model.save()), ...inFolder]);
    };
    return await runTraining({ model, objective, corpus, frozen: freezeBase, result }, settings, run);
  } finally {
    model.dispose();
  }
}
