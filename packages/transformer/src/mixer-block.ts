import { bind, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, expectOptions, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';

/** The parts of a block with one mixer. */
export interface MixerBlockParts<Norm extends TensorLayer, Mixer extends TensorLayer> {
  /** The norm before the mixer. */
  readonly norm: Norm;
  /** An attention, a state space, an mlp: [batch, length, modelDim] to the same. */
  readonly mixer: Mixer;
}

/** The layer of `mixerBlock`. */
export interface MixerBlock<Norm extends TensorLayer, Mixer extends TensorLayer>
  extends Layer<{ readonly norm: Norm; readonly mixer: Mixer }, Tensor, Tensor> {}

/** The block of Mamba, with one part only: x + mixer(norm(x)), [batch, length, modelDim] to the same. */
export function mixerBlock<Norm extends TensorLayer, Mixer extends TensorLayer>(
  parts: MixerBlockParts<Norm, Mixer>,
): MixerBlock<Norm, Mixer> {
  expectOptions('mixerBlock', parts, { norm: 1, mixer: 1 });
  const { norm, mixer } = parts;
  const width = expectSameWidth('mixerBlock', { norm, mixer });
  const needs: { readonly norm: TensorLayer; readonly mixer: TensorLayer } = { norm, mixer };
  return layer(
    needs,
    (w, x: Tensor, scope) => {
      const part = bind(needs, w, scope);
      return add(x, part.mixer(part.norm(x)));
    },
    { name: 'mixerBlock', inDim: width, outDim: width },
  ) as unknown as MixerBlock<Norm, Mixer>;
}
