import { init, type Layer, type Linear, type LoadOptions, layer, linear, load } from '@residual/layers';
import type { Safetensors } from '@residual/safetensors';
import { add, disposable, dispose, ResidualError, type Tensor } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { type Anatomy, anatomyOf } from '../structure/anatomy.js';

/** A residual stream [..., modelDim], and after how many blocks it was taken. */
export interface TranslatorInput {
  readonly stream: Tensor;
  readonly depth: number;
}

/** The translators of a tuned lens: stream + translator(stream), [..., modelDim] to the same. */
export interface Translators extends Layer<readonly Linear[], TranslatorInput, Tensor> {}

/** A tuned lens: an affine translator for each stream before a block. The caller disposes it. */
export interface TunedLens extends BoundLayer<TranslatorInput, Tensor>, Disposable {
  readonly layer: Translators;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * A tuned lens for a model, whose translators are the identity: it reads what the logit lens reads until it is trained
 * with `tunedLensLoss` (Belrose et al. 2023). `save(lens.layer, lens.weights)` of `@residual/layers` saves it.
 */
export function tunedLens(model: BoundLayer): TunedLens {
  const translators = translatorsOf('tunedLens', model);
  return bound(translators, init(translators, { seed: 0 }));
}

/**
 * Loads a tuned lens from the bytes of a safetensors file: `0.weight` [modelDim, modelDim] and `0.bias` [modelDim] for
 * the embedded input, `1.weight` for the stream after the first block, and so on. These are the names in the published
 * lenses of the tuned-lens library, which come as pickles of PyTorch and must be saved as safetensors first. Errors if
 * they do not fit the model.
 */
export async function loadTunedLens(
  model: BoundLayer,
  source: Uint8Array | ArrayBuffer | Safetensors,
  options: LoadOptions = {},
): Promise<TunedLens> {
  const translators = translatorsOf('loadTunedLens', model);
  return bound(translators, await load(translators, source, options));
}

/** The stream that a lens makes of a stream before a block. Errors if the lens was made for a model of other sizes. */
export function translate(caller: string, lens: TunedLens, anatomy: Anatomy, input: TranslatorInput): Tensor {
  const { needs } = lens.layer;
  const [width, blocks] = [needs[0]?.about.inDim, needs.length];
  if (blocks !== anatomy.blocks.length || width !== anatomy.modelDim)
    throw new ResidualError(
      'fit',
      `${caller}: the lens has ${blocks} translators of modelDim ${width}, the model ${anatomy.blocks.length} blocks ` +
        `of modelDim ${anatomy.modelDim}; they must be equal`,
    );
  return lens.layer(lens.weights, input);
}

function bound(translators: Translators, weights: TunedLens['weights']): TunedLens {
  const free = () => dispose(weights);
  return disposable({ layer: translators, weights, dispose: free }, free);
}

/**
 * The translators for a model. As in the tuned-lens library they are added to the stream, so that weight decay pulls
 * towards the identity.
 */
export function translatorsOf(caller: string, model: BoundLayer): Translators {
  const { blocks, modelDim } = anatomyOf(caller, model);
  const translator = linear({ in: modelDim, out: modelDim, std: 0 });
  const needs: readonly Linear[] = blocks.map(() => translator);
  return layer(
    needs,
    (w, { stream, depth }: TranslatorInput, scope) => add(stream, needs[depth]!(w[depth]!, stream, scope.at(depth))),
    { name: 'tunedLens', inDim: modelDim, outDim: modelDim },
  );
}
