import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SparseActivation, SparseAutoencoderStep } from '@residual/inspect';
import { Option } from 'commander';
import { sequencesIn } from '../../inspect/firings.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../../runtime/model.js';
import {
  inputFiles,
  nonNegativeNumber,
  outputFolder,
  positiveNumber,
  positiveWholeNumber,
  seed,
} from '../../runtime/option-values.js';
import { addDocumentsOption, addJsonOption } from '../../runtime/options.js';
import { grouped, percent } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { bar } from '../../terminal/progress.js';
import type { DocumentSplit } from '../../text/documents.js';

const activations = ['topK', 'relu', 'jumpRelu', 'gated'] as const;

interface Options extends ModelOptions {
  readonly name: string;
  readonly out: string;
  readonly features: number;
  readonly activation: (typeof activations)[number];
  readonly topK: number;
  readonly sparsity?: number;
  readonly steps: number;
  readonly length: number;
  readonly batch: number;
  readonly learningRate?: number;
  readonly seed: number;
  readonly documents: DocumentSplit;
  readonly json?: boolean;
}

/** `residual inspect train-autoencoder`: trains a sparse autoencoder on activations and writes it as SAELens does. */
export const inspectTrainAutoencoderCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    const activation = new Option('--activation <kind>', 'what makes features sparse').choices(activations);
    addModelOptions(command)
      .argument('<text-files...>', 'UTF-8 texts', inputFiles)
      .requiredOption(
        '--name <path>',
        'the activations, such as blocks.3.hook_resid_post, which SAELens knows too, or decoder.layers.3.output',
      )
      .requiredOption('--out <folder>', 'the folder of cfg.json and sae_weights.safetensors', outputFolder)
      .option('--features <n>', 'the number of features', positiveWholeNumber, 1024)
      .addOption(activation.default('topK'))
      .option('--top-k <k>', 'of topK: active features for a token', positiveWholeNumber, 32)
      .option(
        '--sparsity <c>',
        'of the others: the coefficient of the sparsity penalty (default: 1)',
        nonNegativeNumber,
      )
      .option('--steps <n>', 'training steps', positiveWholeNumber, 500)
      .option('--length <n>', 'tokens of a window', positiveWholeNumber, 64)
      .option('--batch <n>', 'windows in a step', positiveWholeNumber, 8)
      .option('--learning-rate <r>', 'of Adam (default: by the number of features)', positiveNumber)
      .option('--seed <s>', 'the seed of windows and weights', seed, 0);
    addDocumentsOption(command, 'what counts as one text; none is all of it', 'none');
    return addJsonOption(command);
  },
  run: call =>
    withModel(call, async context => {
      const { saveSparseAutoencoder, trainSparseAutoencoder } = await import('@residual/inspect');
      const { randomWindows } = await import('@residual/train');
      const { options, args } = call;
      const { model, signal } = context;
      const { name, out, features, sparsity, steps, length, batch, learningRate, seed } = options;
      const ids = (await sequencesIn(model, args[0], options.documents)).flat();
      using training = trainSparseAutoencoder(model, {
        ...{ path: name, features, activation: activationOf(options), steps, seed, signal },
        batches: randomWindows(ids, { length, batch, seed }),
        ...(sparsity !== undefined && { sparsity }),
        ...(learningRate !== undefined && { learningRate }),
      });
      const last = await lastStep(training, steps, context);
      const metadata = { hook_name: name, model_name: options.model };
      const files = await saveSparseAutoencoder(training.autoencoder, { layout: 'saeLens', metadata });
      await mkdir(out, { recursive: true });
      for (const [file, bytes] of files) await writeFile(join(out, file), bytes);
      const { l0, explainedVariance, deadFeatures, loss } = last;
      printResult(options, { steps, loss, l0, explainedVariance, deadFeatures, out }, () => {
        const share = `${percent(explainedVariance)} of the variance explained`;
        const active = `${l0.toFixed(1)} of ${grouped(features)} features active for a token`;
        return `${out}: ${grouped(steps)} steps; ${share}, ${active}, ${grouped(deadFeatures)} dead`;
      });
      return 0;
    }),
};

function activationOf({ activation, topK }: Options): SparseActivation {
  return activation === 'topK' ? { topK } : activation;
}

/** Trains to the end, with progress; gives the event of the last step. */
async function lastStep(
  training: AsyncIterable<SparseAutoencoderStep | { readonly type: string }>,
  steps: number,
  { progress }: ModelContext,
): Promise<SparseAutoencoderStep> {
  let last: SparseAutoencoderStep | undefined;
  for await (const event of training) {
    if (!('explainedVariance' in event)) continue;
    last = event;
    progress.show(`${bar('training', event.step, steps)}  explained ${event.explainedVariance.toFixed(3)}`);
  }
  progress.end();
  return last!;
}
