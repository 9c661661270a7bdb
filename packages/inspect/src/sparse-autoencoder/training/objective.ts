import { type VectorNeed, vector } from '@residual/layers';
import {
  add,
  clone,
  concat,
  dispose,
  greater,
  greaterEqual,
  keep,
  max,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  toFloat,
  zeros,
} from '@residual/tensor';
import type { Objective, Optimizer } from '@residual/train';
import type { BoundLayer } from '../../bound-layer.js';
import type { BoundSparseAutoencoder } from '../bound.js';
import type { SparseAutoencoder, SparseAutoencoderWeights } from '../sparse-autoencoder.js';
import { type ActivationBatch, activationRows } from './batch.js';
import { type SparseLoss, sparseLoss } from './loss.js';
import { sparseOptimizer } from './optimizer.js';
import { coefficientAt, type SparseAutoencoderStep, type TrainingSettings } from './options.js';

/** The weights of a run. The count is among them so that a checkpoint holds it. */
interface TrainedWeights {
  readonly autoencoder: SparseAutoencoderWeights;
  /** [features]. */
  readonly tokensSinceFired: Tensor;
}

/** What a batch says, on the backend. */
interface BatchStatistics {
  /** Σ ‖x - x̂‖², Σ ‖x - mean‖² and the number of active features, over all rows [3]. */
  readonly sums: Tensor;
  /** 1 for features that were active [features]. */
  readonly fired: Tensor;
  readonly tokens: number;
}

/** The objective of a run: it runs the model, computes the loss and follows which features are dead. */
export class SparseObjective implements Objective<TrainedWeights, ActivationBatch> {
  readonly layer: {
    readonly needs: { readonly autoencoder: SparseAutoencoder; readonly tokensSinceFired: VectorNeed };
  };
  readonly weights: TrainedWeights;
  readonly optimizer: Optimizer;
  private readonly model: BoundLayer;
  private readonly settings: TrainingSettings;
  private statistics: BatchStatistics | undefined;
  private deadFeatures = 0;
  /** Completed steps. */
  private step = 0;

  constructor(model: BoundLayer, autoencoder: BoundSparseAutoencoder, settings: TrainingSettings) {
    this.model = model;
    this.settings = settings;
    const { features } = settings;
    this.layer = { needs: { autoencoder: autoencoder.layer, tokensSinceFired: vector([features]) } };
    this.weights = { autoencoder: autoencoder.weights, tokensSinceFired: zeros([features]) };
    this.optimizer = sparseOptimizer(settings.optimizer, () => this.statistics!);
  }

  readonly loss = ({ autoencoder, tokensSinceFired }: TrainedWeights, batch: ActivationBatch): Tensor => {
    const { path, sparsity, deadCoefficient, deadAfter } = this.settings;
    const activations = activationRows(this.model, batch, path);
    try {
      return tidy(() => {
        const dead =
          this.deadFeatures > 0
            ? { mask: toFloat(greaterEqual(tokensSinceFired, deadAfter)), count: this.deadFeatures }
            : undefined;
        const result = sparseLoss(this.layer.needs.autoencoder, autoencoder, activations, {
          sparsity: coefficientAt(sparsity, this.step),
          deadCoefficient,
          dead,
        });
        this.keepStatistics(result);
        return add(result.loss, mul(sum(tokensSinceFired), 0)); // so that the optimizer updates the count
      });
    } finally {
      activations.dispose();
    }
  };

  /** The number of activations of the last batch; `train` divides it by the time of a step. */
  readonly tokens = (): number => this.statistics?.tokens ?? 1;

  /** What the batch of the last step says. */
  async afterStep(step: number): Promise<Pick<SparseAutoencoderStep, 'l0' | 'explainedVariance' | 'deadFeatures'>> {
    const { sums, tokens } = this.statistics!;
    const [squaredError, variance, active] = await sums.data();
    await this.afterResume(step);
    return {
      l0: active! / tokens,
      explainedVariance: 1 - squaredError! / variance!,
      deadFeatures: this.deadFeatures,
    };
  }

  /** Continues after this many steps. */
  async afterResume(step: number): Promise<void> {
    this.step = step;
    const count = tidy(() => sum(toFloat(greaterEqual(this.weights.tokensSinceFired, this.settings.deadAfter))));
    [this.deadFeatures] = (await count.data()) as unknown as [number];
    count.dispose();
  }

  /** Frees everything except the autoencoder. */
  dispose(): void {
    dispose([this.statistics?.sums, this.statistics?.fired, this.weights.tokensSinceFired]);
  }

  private keepStatistics({ x, error, features }: SparseLoss): void {
    dispose([this.statistics?.sums, this.statistics?.fired]);
    const spread = sub(x, mean(x, { axis: 0, keepDims: true }));
    const numbers = [square(error), square(spread), toFloat(greater(features, 0))];
    const sums = concat(
      numbers.map(each => reshape(sum(each), [1])),
      0,
    );
    const fired = toFloat(greater(max(features, { axis: 0 }), 0));
    this.statistics = { sums: keep(clone(sums)), fired: keep(clone(fired)), tokens: x.shape[0]! };
  }
}
