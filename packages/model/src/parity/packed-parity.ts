import type { Composition } from '@residual/families';
import { mapTree, type Weights } from '@residual/layers';
import { clone, isPacked, ResidualError, type Tensor, unpack } from '@residual/tensor';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import { filesOf, type ModelSource } from '../load/sources/source.js';
import { Model } from '../model.js';
import { isIds } from './beams.js';
import { compare } from './compare.js';
import { Golden } from './golden.js';
import { expectKind, isInput, needsGradients, outputsOf } from './model-outputs.js';
import type { ParityReport } from './parity.js';

/**
 * Loads a checkpoint with packed weights (`weights` in the options, or as it is stored) and compares its outputs on the
 * inputs of `golden.safetensors` with those of the same weights unpacked to float32, on the active backend: those that
 * the file has references of, or all if it has none, without gradients. Errors if no weight is packed.
 */
export async function packedParity(source: ModelSource, options: LoadModelOptions = {}): Promise<ParityReport> {
  const files = await filesOf(source, options);
  const golden = await Golden.open(files, options.signal);
  expectKind(golden);
  const model = await loadModel(files, options);
  const unpacked = (() => {
    try {
      return unpackedModel(model);
    } catch (error) {
      model.dispose();
      throw error;
    }
  })();
  try {
    const isInputsOnly = !golden.names.some(name => !isInput(name));
    const isWanted = (name: string) => !needsGradients(name) && (isInputsOnly || golden.names.includes(name));
    const expected = await outputsOf(unpacked, golden, isWanted);
    const outputs = await outputsOf(model, golden.withReferences(expected), isWanted);
    const checks = [...expected].map(([name, numbers]) =>
      compare(name, outputs.get(name)!, numbers, { absolute: 0, ...(!isIds(name) && { ofLargest: 1e-4 }) }),
    );
    return { pass: checks.every(({ pass }) => pass), checks, skipped: [], inputsOnly: false, outputs };
  } finally {
    model.dispose();
    unpacked.dispose();
  }
}

/** The model with its packed weights unpacked to float32, as a new model. */
function unpackedModel({ family, config, composition, tokenizer, generationConfig, weights }: Model): Model {
  let packed = 0;
  const dense = mapTree(weights, leaf => {
    if (!isPacked(leaf)) return clone(leaf as Tensor);
    packed++;
    return unpack(leaf);
  });
  const model = new Model({
    ...{ family, config, composition, tokenizer, generationConfig, texts: {} },
    weights: dense as Weights<Composition['model']>,
  });
  if (packed > 0) return model;
  model.dispose();
  throw new ResidualError(
    'parity',
    'parity: no weight of the model is packed; int8, int4, f16 or bf16 would pack them',
  );
}
