import { disposable, ResidualError } from '@residual/tensor';
import { batchesFrom, train } from '@residual/train';
import type { BoundLayer } from '../../bound-layer.js';
import type { BoundSparseAutoencoder } from '../bound.js';
import { type ActivationBatch, activationRows } from './batch.js';
import { initialAutoencoder } from './initial.js';
import { SparseObjective } from './objective.js';
import {
  type SparseAutoencoderEvent,
  settingsOf,
  type TrainingSettings,
  type TrainSparseAutoencoderOptions,
} from './options.js';

/** A training run. Iterating it runs the training. */
export interface SparseAutoencoderTraining extends AsyncIterable<SparseAutoencoderEvent>, Disposable {
  /**
   * The autoencoder, also between steps; it exists from the first event on. Errors before. It is disposed with the run.
   */
  readonly autoencoder: BoundSparseAutoencoder;
  /** Frees the autoencoder. */
  dispose(): void;
}

/**
 * Trains a sparse autoencoder on activations of a model. Each step runs the model as far as `path` and reconstructs all
 * activations of the batch. Leaving the loop, an abort or an error frees everything except the autoencoder, which the
 * caller disposes. Errors if the model has no such tensor, and as `train` does.
 */
export function trainSparseAutoencoder(
  model: BoundLayer,
  options: TrainSparseAutoencoderOptions,
): SparseAutoencoderTraining {
  const settings = settingsOf(options);
  let autoencoder: BoundSparseAutoencoder | undefined;
  let [isStarted, isDisposed] = [false, false];
  const dispose = () => {
    autoencoder?.dispose();
    autoencoder = undefined;
    isDisposed = true;
  };
  const training = {
    get autoencoder() {
      if (autoencoder) return autoencoder;
      throw new ResidualError('order', 'trainSparseAutoencoder: there is no autoencoder before the first event');
    },
    dispose,
    [Symbol.asyncIterator]: () => {
      if (isStarted)
        throw new ResidualError('order', 'trainSparseAutoencoder: this run was iterated before; make another');
      isStarted = true;
      return events(model, settings, created => {
        autoencoder = created;
        if (!isDisposed) return;
        dispose();
        throw new ResidualError('disposed', 'trainSparseAutoencoder: the run was disposed before its first step');
      });
    },
  };
  return disposable(training, dispose);
}

async function* events(
  model: BoundLayer,
  settings: TrainingSettings,
  onAutoencoder: (autoencoder: BoundSparseAutoencoder) => void,
): AsyncGenerator<SparseAutoencoderEvent, void> {
  const { steps, learningRate, clipNorm, checkpoint, signal } = settings;
  signal?.throwIfAborted();
  const batches = batchesFrom(settings.batches, 0);
  let objective: SparseObjective | undefined;
  try {
    const first = (await batches.next()).value as ActivationBatch;
    const autoencoder = await autoencoderFor(model, first, settings);
    onAutoencoder(autoencoder);
    objective = new SparseObjective(model, autoencoder, settings);
    const { layer, weights, optimizer } = objective;
    const run = train({
      layer,
      weights,
      optimizer,
      loss: objective,
      batches: withFirst(first, batches),
      steps,
      learningRate,
      clipNorm,
      ...(checkpoint && { checkpoint }),
      ...(signal && { signal }),
    });
    for await (const event of run) {
      if (event.type === 'step') yield { ...event, ...(await objective.afterStep(event.step)) };
      else {
        if (event.type === 'resume') await objective.afterResume(event.step);
        yield event;
      }
    }
  } finally {
    objective?.dispose();
    await batches.return();
  }
}

/** The autoencoder before the first step. */
async function autoencoderFor(
  model: BoundLayer,
  batch: ActivationBatch,
  { path, features, activation, bandwidth, seed }: TrainingSettings,
): Promise<BoundSparseAutoencoder> {
  const x = activationRows(model, batch, path);
  try {
    return await initialAutoencoder(x, { path, features, activation, bandwidth, seed });
  } finally {
    x.dispose();
  }
}

async function* withFirst<Batch>(first: Batch, rest: AsyncGenerator<Batch, void>): AsyncGenerator<Batch, void> {
  yield first;
  yield* rest;
}
