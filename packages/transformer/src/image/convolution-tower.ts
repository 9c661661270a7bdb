import { expectLayers, expectSameWidth, type Layer, layer } from '@residual/layers';
import {
  add,
  expectOptions,
  max,
  mean,
  mul,
  ResidualError,
  relu,
  reshape,
  showShape,
  type Tensor,
} from '@residual/tensor';
import type { TensorLayer } from '../block.js';

/** The parts of `residualConvolution`, each [batch, height, width, dim] to the same. */
export interface ResidualConvolutionParts<First extends TensorLayer, Second extends TensorLayer> {
  /** What is computed first; it ends with an activation. */
  readonly first: First;
  /** What is added to x; it ends without one. */
  readonly second: Second;
}

/** The layer of `residualConvolution`. */
export interface ResidualConvolution<First extends TensorLayer, Second extends TensorLayer>
  extends Layer<{ readonly first: First; readonly second: Second }, Tensor, Tensor> {}

/** relu(x + second(first(x))): the block of a residual network (He et al. 2016). */
export function residualConvolution<First extends TensorLayer, Second extends TensorLayer>(
  parts: ResidualConvolutionParts<First, Second>,
): ResidualConvolution<First, Second> {
  expectOptions('residualConvolution', parts, { first: 1, second: 1 });
  const { first, second } = parts;
  expectLayers('residualConvolution', { first, second });
  const [inDim, outDim] = [first.about.inDim, second.about.outDim];
  expectSameWidth('residualConvolution', { input: { about: { outDim: inDim } }, second } as never);
  return layer(
    { first, second },
    (w, x: Tensor, scope) => {
      const inner = first(w.first as never, x, scope.at('first'));
      return relu(add(x, second(w.second as never, inner, scope.at('second'))));
    },
    { name: 'residualConvolution', ...(inDim && { inDim }), ...(outDim && { outDim }) },
  );
}

/** The parts of `convolutionTower`. */
export interface ConvolutionTowerParts<Layers extends readonly TensorLayer[]> {
  /** Convolutions and blocks in order: [batch, height, width, channels] to fewer positions and more channels. */
  readonly layers: Layers;
}

/** The layer of `convolutionTower`. */
export interface ConvolutionTower<Layers extends readonly TensorLayer[]>
  extends Layer<{ readonly layers: Layers }, Tensor, Tensor> {}

/**
 * A picture as one vector: layers in order, then half the mean plus half the largest of all positions, pictures [batch,
 * height, width, channels] to [batch, dim] of the last layer. Any height and width will do that the layers take.
 */
export function convolutionTower<const Layers extends readonly TensorLayer[]>(
  parts: ConvolutionTowerParts<Layers>,
): ConvolutionTower<Layers> {
  expectOptions('convolutionTower', parts, { layers: 1 });
  const { layers } = parts;
  if (layers.length === 0) throw new ResidualError('fit', 'convolutionTower: there is no layer');
  for (const [i, each] of layers.entries()) expectLayers('convolutionTower', { [`layers.${i}`]: each });
  const [inDim, outDim] = [layers[0]!.about.inDim, layers.at(-1)!.about.outDim];
  return layer(
    { layers },
    (w, pictures: Tensor, scope) => {
      if (pictures.shape.length !== 4)
        throw new ResidualError(
          'shape',
          `convolutionTower: pictures ${showShape(pictures.shape)} are not [batch, height, width, channels]`,
        );
      let x = pictures;
      const at = scope.at('layers');
      for (const [i, run] of layers.entries()) x = run((w.layers as readonly unknown[])[i] as never, x, at.at(i));
      const positions = reshape(x, [x.shape[0]!, -1, x.shape[3]!]);
      return mul(add(mean(positions, { axis: 1 }), max(positions, { axis: 1 })), 0.5);
    },
    { name: 'convolutionTower', ...(inDim && { inDim }), ...(outDim && { outDim }) },
  );
}
