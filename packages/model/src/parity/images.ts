import { emptyScope, record, type Scope, weightNeeds } from '@residual/layers';
import { crossEntropy, mean, type Tensor, tensor, tidy } from '@residual/tensor';
import { channelsLast } from '../images/pixel-values.js';
import type { Model } from '../model.js';
import { imageModelOf } from '../model-kind.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { failInputs } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';
import { lossAndTrainingOutputs } from './training.js';

/**
 * All outputs of an image model that are compared: hidden states, attention weights, those of its head, and with
 * `labels` loss and gradients.
 */
export async function imageOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const pixels = await pixelsOf(golden);
  const outputs: Outputs = new Map();
  for (const [name, numbers] of await passOutputs(model, pixels)) if (isWanted(name)) outputs.set(name, numbers);
  if (!golden.shapeOf('labels')) return outputs;
  const { data } = await golden.read('labels');
  const labels = Array.from(data);
  const loss = () =>
    tidy(() => mean(crossEntropy(pass(model, pixels, emptyScope), tensor(labels, [labels.length], 'int32'))));
  for (const [name, numbers] of await lossAndTrainingOutputs(model, golden, isWanted, loss)) outputs.set(name, numbers);
  return outputs;
}

/** The input `pixel_values`, [batch, channels, height, width]. */
export async function pixelsOf(golden: Golden): Promise<Numbers> {
  const shape = golden.shapeOf('pixel_values');
  if (!shape) failInputs(`golden.safetensors has no pixel_values; it holds ${golden.names.join(', ')}`);
  if (shape.length !== 4 || shape.includes(0))
    failInputs(`pixel_values is [${shape.join(', ')}]; it must be [batch, channels, height, width]`);
  return golden.read('pixel_values');
}

function pass(model: Model, pixels: Numbers, scope: Scope): Tensor {
  const { layer, weights } = imageModelOf('parity', model);
  return tidy(() => layer(weights, { pixels: channelsLast(pixels) }, scope));
}

/** The taps of two heads whose mean is the output, by the reference's names. */
const headTaps = { cls_logits: 'head.class.output', distillation_logits: 'head.distillation.output' } as const;

async function passOutputs(model: Model, pixels: Numbers): Promise<Outputs> {
  const { composition, layer } = imageModelOf('parity', model);
  const { kind, depth } = composition;
  const hasTwoHeads = weightNeeds(layer).some(({ path }) => path.startsWith('head.distillation.'));
  const blocks = Array.from({ length: depth }, (_, i) => `encoder.layers.${i}.output`);
  const hiddenStates = ['embedded', ...blocks];
  const attentions = Array.from({ length: depth }, (_, i) => `encoder.layers.${i}.attention.weights`);
  const recorder = record([
    ...hiddenStates,
    ...attentions,
    'encoder.output',
    ...(hasTwoHeads ? Object.values(headTaps) : []),
  ]);
  const given = pass(model, pixels, recorder.scope);
  try {
    const outputs: Outputs = new Map();
    const add = async (name: string, path: string) => {
      const value = recorder.values.get(path);
      if (value) outputs.set(name, await numbersOf(value));
    };
    for (const [i, path] of hiddenStates.entries()) await add(`hidden_states.${i}`, path);
    for (const [i, path] of attentions.entries()) await add(`attentions.${i}`, path);
    for (const [name, path] of Object.entries(headTaps)) await add(name, path);
    await add('last_hidden_state', 'encoder.output');
    return outputs.set(kind === 'image-features' ? 'pooler_output' : 'logits', await numbersOf(given));
  } finally {
    recorder.dispose();
    given.dispose();
  }
}
