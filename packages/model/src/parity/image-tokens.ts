import { emptyScope, record, type Scope } from '@residual/layers';
import { type Tensor, tidy } from '@residual/tensor';
import { channelsLast } from '../images/pixel-values.js';
import type { Model } from '../model.js';
import { imageTokenizerOf } from '../model-kind.js';
import type { Golden } from './golden.js';
import { pixelsOf } from './images.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';

/**
 * All outputs of an autoencoder of pictures that are compared: the `vectors` of the encoder, the `codes`, and the
 * `pixels` that the decoder draws from the codes of the golden files.
 */
export async function imageTokensOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const pixelValues = await pixelsOf(golden);
  const { layer, weights } = imageTokenizerOf('parity', model);
  const recorder = record(['encoder.output']);
  const run = (each: typeof layer.encode, scope: Scope) => tidy(() => each(weights, channelsLast(pixelValues), scope));
  const outputs: Outputs = new Map();
  const tensors: Tensor[] = [];
  try {
    const codes = run(layer.encode, recorder.scope);
    tensors.push(codes);
    const pixels = layer.decode(weights, codes, emptyScope);
    tensors.push(pixels);
    const all = { vectors: recorder.values.get('encoder.output')!, codes, pixels };
    for (const [name, x] of Object.entries(all)) if (isWanted(name)) outputs.set(name, await numbersOf(x));
    return outputs;
  } finally {
    recorder.dispose();
    for (const x of tensors) x.dispose();
  }
}
