import { record, type Scope } from '@residual/layers';
import { expectOptions, ResidualError, type Tensor } from '@residual/tensor';
import type { ImageInputs } from '@residual/transformer';
import { expectSignal, expectTexts } from '../arguments.js';
import { expectAllUsed, type InterventionOptions, interventionScope } from '../interventions.js';
import type { LoadedModel } from '../loaded-model.js';
import { imageModelOf, imageTextModelOf } from '../model-kind.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import {
  areProcessed,
  type ImageInput,
  imageOf,
  type ProcessedImages,
  processorOf,
  runProcessed,
} from './image-pass.js';

/** The options of `forwardImage`. */
export interface ForwardImageOptions extends InterventionOptions {
  /** Paths of taps whose tensors are returned as plain data. */
  readonly taps?: readonly string[];
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/** The result of `forwardImage`. */
export interface ForwardImageOutput {
  /** The scores of the labels, or the vector of the picture. */
  readonly output: PlainTensor;
  /**
   * The rows and columns of the patches, 0 in a model of convolutions; position `prefix + row · columns + column` of a
   * tap is a patch.
   */
  readonly grid: { readonly rows: number; readonly columns: number };
  /** The number of tokens before the patches; the first is the class token, where there is one. */
  readonly prefix: number;
  /** The tensors at `taps`, by path, without the batch axis. */
  readonly taps: Readonly<Record<string, PlainTensor>>;
}

/**
 * One pass over one picture. Throws for a tap, an ablation or a hook that matches no tensor, and for several pictures.
 */
export async function forwardImageOf(
  model: LoadedModel,
  image: ImageInput | ProcessedImages,
  options: ForwardImageOptions,
): Promise<ForwardImageOutput> {
  model.check();
  expectOptions('forwardImage', options, { taps: 0, ablate: 0, hooks: 0, signal: 0 });
  const { taps = [], signal } = options;
  expectTexts('forwardImage', 'taps', taps);
  expectSignal('forwardImage', signal);
  const tower = towerOf(model);
  signal?.throwIfAborted();
  const values = areProcessed(image)
    ? image
    : (await processorOf('forwardImage', model)).process([await imageOf(image)]);
  if (values.shape[0] !== 1)
    throw new ResidualError('image', `forwardImage: there are ${values.shape[0]} pictures; one would fit`);
  model.check(); // it may have been disposed while the file was read
  const recorder = record(taps, interventionScope('forwardImage', options), 'forwardImage: taps');
  try {
    let grid = { rows: 0, columns: 0 };
    const run = (inputs: ImageInputs, scope: Scope) => {
      const [, height, width] = inputs.pixels.shape as [number, number, number];
      grid = { ...(inputs.grids?.[0] ?? tower.patches?.gridOf({ height, width }) ?? grid) };
      return tower.run(inputs, scope);
    };
    const output = runProcessed(values, run, recorder.scope);
    try {
      expectAllUsed(recorder.scope);
      const data = (await output.data()) as Float32Array;
      const [tensors] = await plainTaps(recorder.values, 1);
      return { output: { shape: output.shape.slice(1), data }, grid, prefix: tower.prefix, taps: tensors! };
    } finally {
      output.dispose();
    }
  } finally {
    recorder.dispose();
  }
}

/** The part of a model that reads pictures. */
function towerOf(model: LoadedModel) {
  if (model.composition.kind === 'image-text') {
    const { layer, weights } = imageTextModelOf('forwardImage', model);
    // A tower of convolutions has no patches.
    const { patches, prefix } = 'patches' in layer.image ? layer.image : { patches: undefined, prefix: 0 };
    const run = (inputs: ImageInputs, scope: Scope): Tensor => layer.embedImages(weights, inputs, scope);
    return { patches, prefix, run };
  }
  const { layer, weights } = imageModelOf('forwardImage', model);
  const { patches, prefix } = layer;
  return { patches, prefix, run: (inputs: ImageInputs, scope: Scope): Tensor => layer(weights, inputs, scope) };
}
