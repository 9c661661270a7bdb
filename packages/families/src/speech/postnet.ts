import { batchNorm, bind, convolution1d, type Layer, layer } from '@residual/layers';
import { add, type Tensor, tanh } from '@residual/tensor';
import type { ConfigReader } from '../config/config.js';
import type { Buffer, WeightMapping } from '../family.js';

/**
 * The postnet of Tacotron 2 (Shen et al. 2018), which refines frames [batch, frames, bins] to the same: convolutions
 * with batch norms, added to their input.
 */
export function postnet(config: ConfigReader, bins: number) {
  const isNone = config.value('speech_decoder_postnet_layers') === 0; // frames are doubled then, as in the reference
  const depth = isNone ? 0 : config.depth('speech_decoder_postnet_layers', 5);
  const units = config.size('speech_decoder_postnet_units', 256, 2 ** 20);
  const kernelSize = config.size('speech_decoder_postnet_kernel', 5, 2 ** 20);
  if (kernelSize % 2 === 0) config.refuse('speech_decoder_postnet_kernel', kernelSize, 'odd, so that lengths stay');
  const layers = Array.from({ length: depth }, (_, i) => {
    const [width, out] = [i === 0 ? bins : units, i === depth - 1 ? bins : units];
    const padding = (kernelSize - 1) / 2;
    return {
      convolution: convolution1d({ in: width, out, kernelSize, padding, bias: false }),
      norm: batchNorm({ dim: out }),
    };
  });
  const refine: Layer<{ readonly layers: typeof layers }, Tensor, Tensor> = layer(
    { layers },
    (w, x: Tensor, scope) =>
      add(
        x,
        bind({ layers }, w as never, scope).layers.reduce((y, { convolution, norm }, i) => {
          const normed = norm(convolution(y));
          return i < depth - 1 ? tanh(normed) : normed;
        }, x),
      ),
    { name: 'postnet', inDim: bins, outDim: bins },
  );
  return { refine, framesAround: (depth * (kernelSize - 1)) / 2 };
}

/** The mappings of a batch norm. */
export function batchNormMappings(from: string, to: string): WeightMapping[] {
  return Object.entries({ weight: 'weight', bias: 'bias', running_mean: 'mean', running_var: 'variance' }).map(
    ([name, path]) => ({ checkpointName: `${from}.${name}`, path: `${to}.${path}` }),
  );
}

/** The mappings of the postnet. */
export function postnetMappings(from: string, to: string): WeightMapping[] {
  return [
    { checkpointName: `${from}.layers.*.conv.weight`, path: `${to}.layers.*.convolution.weight`, inAxes: [1, 0] },
    ...batchNormMappings(`${from}.layers.*.batch_norm`, `${to}.layers.*.norm`),
  ];
}

/**
 * How many batches batch norms have seen in training, which nothing here depends on: they are written as 0, since the
 * reference misses them otherwise. Names of norms in files by the path of the norm.
 */
export function batchCounts(norms: Readonly<Record<string, string>>): Buffer[] {
  return Object.entries(norms).map(([path, name]) => ({
    name: /\.num_batches_tracked$/,
    saved: { checkpointName: `${name}.num_batches_tracked`, beside: `${path}.mean`, value: 0 },
  }));
}
