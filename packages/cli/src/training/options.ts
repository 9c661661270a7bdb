import { type Command, Option } from 'commander';
import { count, nonNegative, positive, rate, seed, size, topP } from '../commands/option-values.js';
import { nodeBackends } from '../machine/backends.js';

/** What every run of training is told. */
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

/** What holds where neither flags nor a file say otherwise. */
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

/** Adds the options that all kinds of training share. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--out <folder>', 'where the checkpoint is written; the run keeps what it needs to go on there too')
    .option('--config <file>', 'settings from a JSON or YAML file, under the names of these flags; flags win')
    .option('--resume', 'go on with the run in the folder, under the settings it was begun with; flags win')
    .option('--steps <n>', 'how many steps in all (2000)', size)
    .option('--batch <n>', 'sequences in a batch (12)', size)
    .addOption(
      new Option('--optimizer <name>', 'how weights follow their gradients (adamw)').choices([
        'adamw',
        'muon',
        'lion',
        'sgd',
      ]),
    )
    .option('--learning-rate <x>', 'the highest learning rate (0.001)', positive)
    .addOption(
      new Option('--schedule <name>', 'how the learning rate falls (cosine)').choices([
        'cosine',
        'linear',
        'constant',
        'inverse-sqrt',
      ]),
    )
    .option('--warm-up <n>', 'steps over which the learning rate rises (a twentieth of all)', count)
    .option('--end-learning-rate <x>', 'where the cosine ends (a tenth of the highest)', nonNegative)
    .option('--weight-decay <x>', 'how much matrices lose of themselves, times the learning rate (0.1)', nonNegative)
    .option('--beta1 <x>', 'of adamw and lion (0.9)', rate)
    .option('--beta2 <x>', 'of adamw and lion (0.99)', rate)
    .option('--clip-norm <x>', 'gradients of a larger norm are scaled down to it (1)', positive)
    .option('--accumulate <n>', 'batches in a step (1)', size)
    .option('--ema-decay <decay>', 'save the moving average of the weights with this decay, such as 0.999', rate)
    .option('--label-smoothing <x>', 'share of each target that is spread over the vocabulary (0)', rate)
    .option('--recompute', 'compute blocks again in the backward pass: less memory, more time')
    .option('--validation <share>', 'share of the data that is not trained on (0.1)', topP)
    .option('--validation-file <path>', 'data to validate on, in the place of a share')
    .option('--evaluate-every <n>', 'validate after so many steps (a tenth of all); on everything at the end', size)
    .option('--evaluate-batches <n>', 'on so many batches (20)', size)
    .option('--checkpoint-every <n>', 'keep the run after so many steps (a tenth of all)', size)
    .option('--seed <n>', 'of weights, data and dropout (0)', seed)
    .option('--log <file>', 'write each step, validation and checkpoint as a line of JSON')
    .addOption(new Option('--backend <name>', 'where it is computed (wasm)').choices(nodeBackends));
}

/** Sizes of a new model. */
export function withSizeOptions(command: Command): Command {
  return command
    .option('--model-dim <n>', 'width of the model (128)', size)
    .option('--heads <n>', 'attention heads (4)', size)
    .option('--depth <n>', 'blocks, of each side where there are two (4)', size)
    .option('--hidden-dim <n>', 'width inside the MLPs (as usual for the shape)', size)
    .option('--dropout <rate>', 'dropout while training (0)', rate);
}
