import { tensorSlices, toCheckpoint } from '@residual/families';
import { flatten, type HasNeeds } from '@residual/layers';
import { dense, ResidualError, type Tensor } from '@residual/tensor';
import { adamW, train } from '@residual/train';
import type { Model } from '../model.js';
import type { Golden } from './golden.js';
import { gradientOutputs, isTrainable, numbersOf, type OutputFilter, type Outputs } from './outputs.js';

/** The settings of the reference's training. */
interface Settings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weight_decay: number;
  readonly clip_norm: number;
  readonly steps: number;
}

const defaults: Settings = { lr: 0.01, betas: [0.9, 0.95], eps: 1e-8, weight_decay: 0.1, clip_norm: 1, steps: 3 };

/**
 * The loss, gradients and trained weights that are wanted. It changes the model's weights, so nothing is computed with
 * them afterwards.
 */
export async function lossAndTrainingOutputs(
  model: Model,
  golden: Golden,
  isWanted: OutputFilter,
  loss: () => Tensor,
): Promise<Outputs> {
  const outputs: Outputs = new Map();
  const addWanted = (all: Outputs) => {
    for (const [name, numbers] of all) if (isWanted(name)) outputs.set(name, numbers);
  };
  const asks = (prefix: string) => golden.names.some(name => name.startsWith(prefix) && isWanted(name));
  if (isWanted('grad_norm') || asks('grad.')) addWanted(await gradientOutputs(model, loss));
  else if (isWanted('loss')) {
    const value = loss();
    outputs.set('loss', await numbersOf(value));
    value.dispose();
  }
  if (isWanted('adamw_losses') || asks('after.')) addWanted(await trainingOutputs(model, golden.settings.adamw, loss));
  return outputs;
}

/**
 * `after.NAME`, the weights after the AdamW steps that `golden.json` describes (default three at 0.01), and
 * `adamw_losses`, the loss before each step and after the last. It changes the model's weights.
 */
async function trainingOutputs(model: Model, value: unknown, loss: () => Tensor): Promise<Outputs> {
  const { lr, betas, eps, weight_decay, clip_norm, steps } = settingsOf(value);
  const layer: HasNeeds<unknown> = model.layer;
  const losses: number[] = [];
  const slices = tensorSlices(model.family, layer);
  const run = train({
    layer,
    weights: model.weights as never,
    loss,
    batches: [undefined],
    steps,
    optimizer: adamW({ beta1: betas[0], beta2: betas[1], epsilon: eps, weightDecay: weight_decay }),
    learningRate: lr,
    clipNorm: clip_norm,
    frozen: path => !isTrainable(slices.get(path)!.checkpointName),
  });
  for await (const event of run) if (event.type === 'step') losses.push(event.loss);
  const last = loss();
  losses.push((await last.data())[0]!);
  last.dispose();
  const leaves = flatten(layer, model.weights as never);
  const weightArrays = await toCheckpoint(model.family, layer, async path => {
    return (await dense(leaves.get(path)!).data()) as Float32Array;
  });
  const outputs: Outputs = new Map([['adamw_losses', { shape: [losses.length], data: losses }]]);
  for (const [name, { shape, values }] of weightArrays)
    if (isTrainable(name)) outputs.set(`after.${name}`, { shape, data: values });
  return outputs;
}

/** The settings in `golden.json`, with defaults. Throws if one is not a number. */
function settingsOf(value: unknown): Settings {
  const settings = { ...defaults, ...(value as Partial<Settings> | undefined) };
  const { betas, steps, clip_norm, ...numbers } = settings;
  const isValid =
    Array.isArray(betas) &&
    betas.length === 2 &&
    Object.entries({ ...numbers, steps, clip_norm, beta1: betas[0], beta2: betas[1] })
      .filter(([name]) => name in defaults || name.startsWith('beta'))
      .every(([, number]) => typeof number === 'number' && number >= 0);
  if (isValid) return settings;
  throw new ResidualError(
    'parity',
    `parity: adamw in golden.json is ${JSON.stringify(value)}; ` +
      'it must hold lr, betas [2], eps, weight_decay, clip_norm and steps as numbers',
  );
}
