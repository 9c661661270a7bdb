import { type Command, Option } from 'commander';
import type { NodeBackend } from '../machine/backends.js';
import {
  inputFile,
  nonNegativeNumber,
  outputFile,
  outputFolder,
  positiveNumber,
  positiveWholeNumber,
  rate,
  seed,
  share,
  wholeNumber,
} from '../runtime/option-values.js';
import { addBackendOption } from '../runtime/options.js';

/** Settings of every training run. */
export interface RunSettings {
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
  readonly emaDecay?: number;
  readonly evaluateEvery?: number;
  readonly checkpointEvery?: number;
  readonly seed: number;
  readonly log?: string;
  readonly backend: NodeBackend;
}

/** Settings of a run on texts. */
export interface CommonSettings extends RunSettings {
  readonly accumulate: number;
  readonly labelSmoothing: number;
  readonly recompute?: boolean;
  readonly validation: number;
  readonly validationFile?: string;
  readonly evaluateBatches: number;
}

const optimizers: readonly CommonSettings['optimizer'][] = ['adamw', 'muon', 'lion', 'sgd'];
const schedules: readonly CommonSettings['schedule'][] = ['cosine', 'linear', 'constant', 'inverse-sqrt'];

/** Settings where a command has its own defaults. */
export interface RunDefaults {
  readonly steps?: number;
  readonly batch?: number;
  /** What a batch holds. */
  readonly batchOf?: string;
  readonly optimizer?: CommonSettings['optimizer'];
  readonly learningRate?: number;
  readonly schedule?: CommonSettings['schedule'];
  readonly weightDecay?: number;
  readonly emaDecay?: number;
}

/** Adds the options of `CommonSettings` to a command. */
export function addCommonOptions(command: Command, defaults: RunDefaults = {}): Command {
  const withRun = addRunOptions(command, defaults)
    .option('--accumulate <n>', 'batches whose gradients are accumulated in a step', positiveWholeNumber, 1)
    .option('--label-smoothing <x>', 'share of each target that is spread over the vocabulary', rate, 0)
    .option('--recompute', 'recompute blocks in the backward pass: less memory, more time');
  const withValidation = withRun
    .option('--validation <share>', 'share of the data that is held out for validation', share, 0.1)
    .option('--validation-file <file>', 'data to validate on, instead of a share', inputFile)
    .option(
      '--evaluate-every <n>',
      'validate every n steps; the last validation reads everything (default: a tenth of all steps)',
      positiveWholeNumber,
    )
    .option('--evaluate-batches <n>', 'batches of a validation during the run', positiveWholeNumber, 20);
  return addBackendOption(withValidation);
}

/** Adds the options of `RunSettings` to a command, without the backend. */
export function addRunOptions(
  command: Command,
  {
    steps = 2000,
    batch = 12,
    batchOf = 'sequences',
    optimizer = 'adamw',
    learningRate = 1e-3,
    schedule = 'cosine',
    weightDecay = 0.1,
    emaDecay,
  }: RunDefaults = {},
): Command {
  const withRun = command
    .option('--out <folder>', 'where to write the checkpoint, and the state of the run for --resume', outputFolder)
    .option('--config <file>', 'settings from a JSON or YAML file, named like these options; options win', inputFile)
    .option('--resume', 'continue the run in the folder with the settings it was started with; options win')
    .option('--steps <n>', 'steps of the optimizer in total', positiveWholeNumber, steps)
    .option('--batch <n>', `${batchOf} in a batch`, positiveWholeNumber, batch)
    .option('--seed <n>', 'seed of weights, data and dropout', seed, 0)
    .option('--log <file>', 'write each step, validation and checkpoint as a line of JSON', outputFile)
    .option(
      '--checkpoint-every <n>',
      'save the run every n steps (default: a tenth of all steps)',
      positiveWholeNumber,
    );
  return withRun
    .addOption(new Option('--optimizer <name>', 'the optimizer').choices(optimizers).default(optimizer))
    .option('--learning-rate <x>', 'the highest learning rate', positiveNumber, learningRate)
    .addOption(new Option('--schedule <name>', 'the decay of the learning rate').choices(schedules).default(schedule))
    .option('--warm-up <n>', 'steps in which the learning rate rises (default: a twentieth of all steps)', wholeNumber)
    .option(
      '--end-learning-rate <x>',
      'the learning rate at the end of the cosine (default: a tenth of the highest)',
      nonNegativeNumber,
    )
    .option('--weight-decay <x>', 'decoupled weight decay of the matrices', nonNegativeNumber, weightDecay)
    .option('--beta1 <x>', 'of adamw and lion', rate, 0.9)
    .option('--beta2 <x>', 'of adamw and lion', rate, 0.99)
    .option('--clip-norm <x>', 'clip the global norm of the gradients to this', positiveNumber, 1)
    .option(
      '--ema-decay <decay>',
      'save the moving average of the weights with this decay, such as 0.999',
      rate,
      emaDecay,
    );
}

/** Adds the options for the sizes of a new model to a command. */
export function addSizeOptions(command: Command, depth: number): Command {
  return command
    .option('--model-dim <n>', 'width of the model', positiveWholeNumber, 128)
    .option('--heads <n>', 'attention heads', positiveWholeNumber, 4)
    .option('--depth <n>', 'blocks, of an encoder-decoder in each half', positiveWholeNumber, depth)
    .option('--hidden-dim <n>', 'width inside the MLPs (default: as usual for the shape)', positiveWholeNumber)
    .option('--dropout <rate>', 'dropout rate', rate, 0);
}

/** Adds the option `--vocab-size`. */
export function addVocabSizeOption(command: Command, what: string): Command {
  return command.option('--vocab-size <n>', what, positiveWholeNumber, 4096);
}
