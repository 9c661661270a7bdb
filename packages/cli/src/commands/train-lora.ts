import { join } from 'node:path';
import type { HasNeeds } from '@residual/layers';
import { causalOf, loadModel, saveLora } from '@residual/model';
import { ResidualError } from '@residual/tensor';
import { attachLora, detachLora, mergeLora, nextToken, notLora } from '@residual/train';
import { Command, Option } from 'commander';
import { print } from '../output.js';
import { type Begun, beginTraining } from '../training/begin.js';
import { type Cut, readTexts, split, textCorpus } from '../training/corpus.js';
import { type CommonSettings, withCommonOptions } from '../training/options.js';
import { runTraining } from '../training/run.js';
import { endOf } from '../training/tokenizers.js';
import { positive, size } from './option-values.js';

interface Settings extends CommonSettings {
  readonly model?: string;
  readonly length?: number;
  readonly documents: Cut;
  readonly rank: number;
  readonly alpha?: number;
  readonly target: readonly string[];
}

const defaults = {
  documents: 'lines',
  rank: 8,
  target: ['**.attention.query', '**.attention.value'],
  learningRate: 5e-4,
  weightDecay: 0,
} as const;

/** `residual train lora`: a checkpoint and texts to a checkpoint that knows them. */
export function trainLoraCommand(exit: (code: number) => void): Command {
  const command = new Command('lora')
    .description(
      'Fine-tune a checkpoint on text files: its weights stay, small matrices beside them are trained, and the result is both the adapter and the merged checkpoint.',
    )
    .argument('[text-files...]', 'UTF-8 texts')
    .option('--model <source>', 'folder, URL or Hugging Face id of the checkpoint')
    .option('--length <n>', 'tokens in a row (as many as the model has positions, at most 128)', size)
    .addOption(
      new Option('--documents <cut>', 'what is kept apart: lines, paragraphs, files, or none (lines)').choices([
        'none',
        'lines',
        'paragraphs',
        'files',
      ]),
    )
    .option('--rank <n>', 'width of the small matrices (8)', size)
    .option('--alpha <x>', 'they count alpha / rank (twice the rank)', positive)
    .option('--target <pattern...>', 'linears that get some, by path (**.attention.query **.attention.value)');
  return withCommonOptions(command).action(async (files: string[], _options, self: Command) =>
    exit(await beginTraining<Settings>(self, files, defaults as never, trainLora)),
  );
}

async function trainLora(begun: Begun<Settings>): Promise<number> {
  const { settings, progress, signal } = begun;
  const { model: source, files, validationFile, documents, validation: share, seed, batch, smoothing } = settings;
  if (source === undefined)
    throw new ResidualError('range', 'train: it is not said which checkpoint is fine-tuned; give --model <source>');
  const texts = await readTexts('train', files);
  const held = validationFile === undefined ? undefined : await readTexts('train', [validationFile]);
  const parts = split(texts, held, { cut: documents, share, seed });
  const model = await loadModel(source, { onProgress: progress.loading, signal });
  try {
    const { layer, weights } = causalOf('train lora', model);
    const { tokenizer, positions } = model;
    if (!tokenizer) throw new ResidualError('prompt', 'train lora: this checkpoint has no tokenizer');
    const { length = Math.min(positions, 128), rank, alpha, target } = settings;
    const corpus = textCorpus(parts, tokenizer, documents, { length, batch, seed, end: endOf(tokenizer) });
    const needs = layer as HasNeeds<unknown>;
    const paths = attachLora(needs, weights, { targets: target, rank, seed, ...(alpha !== undefined && { alpha }) });
    progress.end();
    print(`${corpus.told}; rank ${rank} beside ${paths.length} linears`);
    const objective = nextToken(layer, {
      smoothing,
      positions: model.openEnded ? Number.POSITIVE_INFINITY : positions,
    });
    const result = async () => {
      const adapter = await saveLora(model, { base: source });
      mergeLora(needs, weights);
      detachLora(needs, weights);
      const inFolder = [...adapter].map(([name, bytes]) => [join('adapter', name), bytes] as const);
      return new Map([...(await model.save()), ...inFolder]);
    };
    return await runTraining({ model, objective, corpus, frozen: notLora, result }, settings, begun);
  } finally {
    model.dispose();
  }
}
