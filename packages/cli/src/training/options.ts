import { type Command, Option } from 'commander';
import { count, nonNegative, positive, rate, seed, size, topP } from '../commands/option-values.js';
import { nodeBackends } from '../machine/backends.js';

/** Settings of every training run. */
export interface CommonSettings {
  readonly files: readonly string[];
  readonly out: string;
  readonly steps: number;
  readonly batch: number;
  readonly optimizer: 'adamw' | 'muon' | 'lion' | 'sgd';
  readonly learningRate: number;
  readonly schedule: 'cosine' | 'linear' | 'constant' | 'inverse-sqrt';
  readonly warmUp?: number;
  readonly endLearningRate?: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly clipNorm: number;
  readonly accumulate: number;
  readonly emaDecay?: number;
  readonly labelSmoothing: number;
  readonly recompute?: boolean;
  readonly validation: number;
  readonly validationFile?: string;
  readonly evaluateEvery?: number;
  readonly evaluateBatches: number;
  readonly checkpointEvery?: number;
  readonly seed: number;
  readonly log?: string;
  readonly backend: (typeof nodeBackends)[number];
}

/** The defaults of `CommonSettings`. */
export const commonDefaults = {
  steps: 2000,
  batch: 12,
  optimizer: 'adamw',
  learningRate: 1e-3,
  schedule: 'cosine',
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  clipNorm: 1,
  accumulate: 1,
  labelSmoothing: 0,
  validation: 0.1,
  evaluateBatches: 20,
  seed: 0,
  backend: 'wasm',
} as const;

/** Adds the flags of `CommonSettings` to a command. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--out <folder>', 'where the checkpoint is written, and the state of the run for --resume')
    .option('--config <file>', 'settings from a JSON or YAML file, named like these flags; flags win')
    .option('--resume', 'continue the run in the folder with the settings it was started with; flags win')
    .option('--steps <n>', 'steps of the optimizer in total (2000)', size)
    .option('--batch <n>', 'sequences in a batch (12)', size)
    .addOption(new Option('--optimizer <name>', 'the optimizer (adamw)').choices(['adamw', 'muon', 'lion', 'sgd']))
    .option('--learning-rate <x>', 'the highest learning rate (0.001)', positive)
    .addOption(
      new Option('--schedule <name>', 'the decay of the learning rate (cosine)').choices([
        'cosine',
        'linear',
        'constant',
        'inverse-sqrt',
      ]),
    )
    .option('--warm-up <n>', 'steps in which the learning rate rises (a twentieth of all)', count)
    .option(
      '--end-learning-rate <x>',
      'the learning rate at the end of the cosine (a tenth of the highest)',
      nonNegative,
    )
    .option('--weight-decay <x>', 'decoupled weight decay of the matrices (0.1)', nonNegative)
    .option('--beta1 <x>', 'of adamw and lion (0.9)', rate)
    .option('--beta2 <x>', 'of adamw and lion (0.99)', rate)
    .option('--clip-norm <x>', 'clip the global norm of the gradients to this (1)', positive)
    .option('--accumulate <n>', 'batches whose gradients are accumulated in a step (1)', size)
    .option('--ema-decay <decay>', 'save the moving average of the weights with this decay, such as 0.999', rate)
    .option('--label-smoothing <x>', 'share of each target that is spread over the vocabulary (0)', rate)
    .option('--recompute', 'recompute blocks in the backward pass: less memory, more time')
    .option('--validation <share>', 'share of the data that is held out for validation (0.1)', topP)
    .option('--validation-file <path>', 'data to validate on, instead of a share')
    .option(
      '--evaluate-every <n>',
      'validate every n steps (a tenth of all); the last validation reads everything',
      size,
    )
    .option('--evaluate-batches <n>', 'batches of a validation during the run (20)', size)
    .option('--checkpoint-every <n>', 'save the run every n steps (a tenth of all)', size)
    .option('--seed <n>', 'seed of weights, data and dropout (0)', seed)
    .option('--log <file>', 'write each step, validation and checkpoint as a line of JSON')
    .addOption(new Option('--backend <name>', 'the backend (wasm)').choices(nodeBackends));
}

/** Adds the flags for the sizes of a new model to a command. */
export function withSizeOptions(command: Command): Command {
  return command
    .option('--model-dim <n>', 'width of the model (128)', size)
    .option('--heads <n>', 'attention heads (4)', size)
    .option('--depth <n>', 'blocks, of an encoder-decoder in each half (4)', size)
    .option('--hidden-dim <n>', 'width inside the MLPs (as usual for the shape)', size)
    .option('--dropout <rate>', 'dropout rate (0)', rate);
}
