import { fromCheckpoint, tensorSlices } from '@residual/families';
import { flatten, type HasNeeds } from '@residual/layers';
import type { Safetensors } from '@residual/safetensors';
import { isLowRankSum, type Matrix, matrixValues } from '@residual/tensor';
import type { Model } from '../model.js';

/**
 * Throws unless base weights in an adapter file equal the model's own. PEFT saves the weight of a head or an embedding
 * with an adapter of it and reads it as the base. `names` maps names in the file to names in the checkpoint.
 */
export async function expectBaseWeights(
  model: Model,
  stored: Safetensors,
  names: ReadonlyMap<string, string>,
  refuse: (what: string) => never,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (names.size === 0) return;
  const layer = model.layer as HasNeeds<unknown>;
  const fileNames = new Map([...names].map(([fileName, checkpointName]) => [checkpointName, fileName]));
  const arrays = fromCheckpoint(model.family, layer, {
    names: fileNames.keys(),
    shapeOf: checkpointName => stored.tensors.get(fileNames.get(checkpointName)!)?.shape,
    readFloat32: async checkpointName => (await stored.readFloat32(fileNames.get(checkpointName)!, { signal })).data,
  });
  const leaves = flatten(layer, model.weights as never);
  for (const [path, { checkpointName, shape }] of tensorSlices(model.family, layer)) {
    const name = fileNames.get(checkpointName);
    if (name === undefined) continue;
    const leaf = leaves.get(path) as Matrix;
    if (arrays.shapeOf(path)?.join() !== shape.join())
      refuse(`holds ${name} as [${stored.tensors.get(name)!.shape}], which is not the shape of this model's`);
    const values = await arrays.read(path, signal ? { signal } : {});
    const modelValues = await matrixValues(isLowRankSum(leaf) ? leaf.base : leaf);
    const index = modelValues.findIndex((value, i) => value !== values[i]);
    if (index >= 0)
      refuse(
        `holds ${name}, which differs from the model's own at ${index} (${values[index]} and ${modelValues[index]})`,
      );
  }
}
