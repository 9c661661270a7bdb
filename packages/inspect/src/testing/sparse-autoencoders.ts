import { bytesSource, openSafetensors } from '@residual/safetensors';
import { tensor } from '@residual/tensor';
import { fixture } from '@residual/testkit';
import type { SparseActivation } from '../sparse-autoencoder/activation.js';
import {
  type SparseAutoencoder,
  type SparseAutoencoderWeights,
  sparseAutoencoder,
} from '../sparse-autoencoder/sparse-autoencoder.js';

const folder = 'inspect/sparse-autoencoder';

/** Reads an array of the reference outputs by name. */
export async function referenceArrays() {
  const file = await openSafetensors(bytesSource(await fixture(`${folder}/expected.safetensors`)));
  return {
    names: [...file.tensors.keys()],
    read: async (name: string) => file.readFloat32(name),
    tensor: async (name: string) => {
      const { data, shape } = await file.readFloat32(name);
      return tensor(data, shape);
    },
  };
}

/** The activations of the reference losses. */
export const referenceActivations: Readonly<Record<string, SparseActivation>> = {
  relu: 'relu',
  topK: { topK: 3 },
  jumpRelu: 'jumpRelu',
  gated: 'gated',
};

/** The autoencoder of a reference loss, of 13 features for modelDim 5. */
export async function referenceAutoencoder(
  kind: string,
): Promise<{ layer: SparseAutoencoder; weights: SparseAutoencoderWeights }> {
  const layer = sparseAutoencoder({
    modelDim: 5,
    features: 13,
    activation: referenceActivations[kind]!,
    bandwidth: 0.4,
  });
  const arrays = await referenceArrays();
  const at = async (path: string) => {
    const name = `loss.${kind}.${path}`;
    return arrays.names.includes(name) ? arrays.tensor(name) : undefined;
  };
  const gate = layer.needs.gate && {
    bias: (await at('gate.bias'))!,
    magnitudeBias: (await at('gate.magnitudeBias'))!,
    logScale: (await at('gate.logScale'))!,
  };
  const weights = {
    encoder: { weight: (await at('encoder.weight'))!, bias: await at('encoder.bias') },
    decoder: { weight: (await at('decoder.weight'))!, bias: await at('decoder.bias') },
    threshold: await at('threshold'),
    gate,
  };
  return { layer, weights };
}

/** The tiny published autoencoders by name, with their files. */
export async function referenceFiles(name: string): Promise<Map<string, Uint8Array>> {
  const weights = name.startsWith('sparsify') ? 'sae.safetensors' : 'sae_weights.safetensors';
  const names = ['cfg.json', weights];
  return new Map(
    await Promise.all(names.map(async file => [file, await fixture(`${folder}/${name}/${file}`)] as const)),
  );
}
