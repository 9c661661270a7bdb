import { appendFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { HasNeeds } from '@residual/layers';
import type { Model } from '@residual/model';
import { add, mul, sub } from '@residual/tensor';
import {
  adamW,
  constantRate,
  cosineDecay,
  type Frozen,
  inverseSquareRoot,
  linearDecay,
  lion,
  muon,
  type Objective,
  type Optimizer,
  onlyMatrices,
  type Schedule,
  sgd,
  type Training,
  type TrainingEvent,
  train,
} from '@residual/train';
import { folderStore } from '@residual/train/node';
import type { CommandContext } from '../runtime/context.js';
import { duration, grouped } from '../terminal/format.js';
import { print, printNote } from '../terminal/output.js';
import { bar, type ProgressLine } from '../terminal/progress.js';
import type { Corpus } from './corpus.js';
import type { CommonSettings, RunSettings } from './options.js';

/** What a run trains: the model, its objective, its data, and how the result is saved. */
export interface Job<Batch> {
  readonly model: Pick<Model, 'layer' | 'weights'>;
  readonly objective: Objective<never, Batch>;
  /** The data; without `validation` there is no validation loss. */
  readonly corpus: Pick<Corpus<Batch>, 'batches'> & Partial<Corpus<Batch>>;
  /** What the objective counts; tokens if absent. */
  readonly unit?: string;
  readonly frozen?: Frozen;
  /** How much further each step moves some weights, by path. */
  readonly rates?: Readonly<Record<string, number>>;
  /** Called after each event, while the run waits. */
  readonly onEvent?: (event: TrainingEvent, run: Training) => Promise<void>;
  /** The files of the resulting checkpoint. */
  readonly result: () => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Trains to the end, or until Ctrl-C, with progress and a log, and writes the result. Returns the exit code. */
export async function runTraining<Batch>(
  { model, objective, corpus, unit = 'tokens', frozen = [], rates = {}, onEvent, result }: Job<Batch>,
  settings: RunSettings & Partial<CommonSettings>,
  { progress, signal }: CommandContext,
): Promise<number> {
  const { out, steps, seed, accumulate = 1, clipNorm, emaDecay, recompute } = settings;
  const tenth = Math.max(1, Math.floor(steps / 10));
  const { evaluateEvery = tenth, checkpointEvery = tenth, evaluateBatches = 1 } = settings;
  const { validation } = corpus;
  const run = train({
    layer: model.layer as HasNeeds<unknown>,
    weights: model.weights,
    loss: objective as Objective<unknown, Batch>,
    batches: corpus.batches,
    steps,
    seed,
    accumulate,
    clipNorm,
    frozen,
    ...(emaDecay !== undefined && { emaDecay }),
    ...(recompute && { recompute }),
    optimizer: withRates(optimizerOf(settings), rates),
    learningRate: scheduleOf(settings),
    ...(validation && {
      evaluate: {
        every: evaluateEvery,
        batches: step => validation(step === steps ? Number.POSITIVE_INFINITY : evaluateBatches),
      },
    }),
    checkpoint: { every: checkpointEvery, store: folderStore(join(out, stateFolder)) },
    signal,
  });
  const log = settings.log;
  const startTime = performance.now();
  let [done, first] = [0, -1];
  try {
    for await (const event of run) {
      done = event.step;
      if (first < 0) first = event.step;
      report(event, { steps, first, startTime, progress, unit });
      await onEvent?.(event, run);
      if (log !== undefined) {
        const seconds = (performance.now() - startTime) / 1000;
        await appendFile(log, `${JSON.stringify({ ...event, seconds })}\n`);
      }
    }
  } catch (error) {
    progress.end();
    if (signal.aborted) printNote(`stopped after step ${done} of ${steps}; the same command with --resume continues`);
    throw error;
  }
  progress.end();
  await writeResult(out, await result());
  print(`${out}: trained ${done} steps in ${duration(performance.now() - startTime)}`);
  return 0;
}

/** The folder, inside the output folder, with the state of a run for `--resume`. */
export const stateFolder = 'training';

/** Whether a folder holds the state of a run. */
export async function isStarted(folder: string): Promise<boolean> {
  const names = await readdir(join(folder, stateFolder)).catch(() => []);
  return names.some(name => name.startsWith('step-'));
}

/** Writes each file under a temporary name and renames it. */
async function writeResult(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path);
  }
}

/** An optimizer whose steps move some weights further, by path. */
function withRates(optimizer: Optimizer, rates: Readonly<Record<string, number>>): Optimizer {
  if (Object.keys(rates).length === 0) return optimizer;
  return {
    ...optimizer,
    update: input => {
      const updated = optimizer.update(input);
      const rate = rates[input.path];
      if (rate === undefined) return updated;
      return { ...updated, weight: add(input.weight, mul(sub(updated.weight, input.weight), rate)) };
    },
  };
}

function optimizerOf({ optimizer, weightDecay, beta1, beta2 }: RunSettings): Optimizer {
  if (optimizer === 'muon') return muon({ weightDecay });
  if (optimizer === 'lion') return lion({ weightDecay, beta1, beta2, decays: onlyMatrices });
  if (optimizer === 'sgd') return sgd({ momentum: beta1 });
  return adamW({ weightDecay, beta1, beta2, decays: onlyMatrices });
}

function scheduleOf({
  schedule,
  learningRate: peak,
  steps,
  warmUp = Math.floor(steps / 20),
  endLearningRate,
}: RunSettings): Schedule {
  if (warmUp >= steps)
    throw new ResidualError('range', `train: warm-up takes ${warmUp} steps and there are ${steps}; it must end before`);
  // A warm-up would give the first step the rate 0, so that it would do nothing: it takes the rate of the second.
  const rise = (make: Schedule): Schedule => (warmUp > 0 ? step => make(step < warmUp ? step + 1 : step) : make);
  if (schedule === 'linear') return rise(linearDecay({ peak, warmUp, steps }));
  if (schedule === 'constant') return rise(constantRate({ peak, warmUp }));
  if (schedule === 'inverse-sqrt') return rise(inverseSquareRoot({ peak, warmUp }));
  return rise(cosineDecay({ peak, warmUp, steps, floor: endLearningRate ?? peak / 10, hold: true }));
}

interface ReportContext {
  readonly steps: number;
  readonly first: number;
  readonly startTime: number;
  readonly progress: ProgressLine;
  readonly unit: string;
}

function report(event: TrainingEvent, { steps, first, startTime, progress, unit }: ReportContext): void {
  if (event.type === 'checkpoint') return;
  if (event.type === 'resume') {
    print(`continues after step ${event.step} of ${steps}${event.isFinished ? ': nothing is left to do' : ''}`);
    return;
  }
  if (event.type === 'evaluation') {
    progress.end(); // standard output may be the same terminal
    print(`step ${event.step}: validation loss ${event.loss.toFixed(4)}`);
    return;
  }
  const elapsed = performance.now() - startTime;
  const left = (elapsed / Math.max(1, event.step - first)) * (steps - event.step);
  const numbers = [
    `loss ${event.loss.toFixed(4)}`,
    `rate ${event.learningRate.toExponential(1)}`,
    `${grouped(event.tokensPerSecond)} ${unit}/s`,
    `${duration(left)} left`,
  ];
  progress.show(`${bar(`step ${event.step}/${steps}`, event.step, steps)}  ${numbers.join('  ')}`);
}
