import type { PatchEmbedding, PatchGrid } from '@residual/embeddings';
import { type Layer, layer, type Scope } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/** What an image model reads. */
export interface ImageInputs {
  /**
   * Pictures of one size, [batch, height, width, channels]; or patches that are cut already, [batch, patches, patch
   * height · patch width · channels], with their `grids`.
   */
  readonly pixels: Tensor;
  /**
   * The rows and columns of the patches of each picture, where `pixels` are patches. The slot `keyRange` hides those
   * after the last of a picture.
   */
  readonly grids?: readonly PatchGrid[] | undefined;
}

/** A model that reads pictures and gives one tensor: hidden states, vectors or scores of labels. */
// biome-ignore lint/suspicious/noExplicitAny: a model of any needs
export interface ImageModel<Needs = any> extends Layer<Needs, ImageInputs, Tensor> {
  readonly patches: PatchEmbedding;
  /** The number of tokens before the patches, such as a class token. */
  readonly prefix: number;
  /** The width of the hidden states. */
  readonly dim: number;
  /** The model without its head, as a layer of the same weights: to [batch, prefix + patches, dim]. */
  readonly hiddenStates: Layer<Needs, ImageInputs, Tensor>;
}

/** An image model from its layer, the formula of its hidden states and its sizes. */
export function withImageBody<Needs>(
  model: Layer<Needs, ImageInputs, Tensor>,
  hiddenStates: (w: never, inputs: ImageInputs, scope: Scope) => Tensor,
  { patches, prefix, dim }: Pick<ImageModel, 'patches' | 'prefix' | 'dim'>,
): ImageModel<Needs> {
  const body = layer(model.needs as never, hiddenStates as never, { name: 'hiddenStates', partial: true });
  return Object.assign(model, { patches, prefix, dim, hiddenStates: body as never });
}
