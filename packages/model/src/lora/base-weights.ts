import { fromCheckpoint, tensorSlices } from '@residual/families';
import { flatten, type HasNeeds } from '@residual/layers';
import type { Safetensors } from '@residual/safetensors';
import { dense, isLowRankSum, type Matrix } from '@residual/tensor';
import type { Model } from '../model.js';

/**
 * PEFT saves the weight of a head or an embedding beside an adapter of it. It is read as the base then; here it must be what the model holds. `names` has the names of
 * the checkpoint by those of the file.
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
  const inFile = new Map([...names].map(([name, theirs]) => [theirs, name]));
  const arrays = fromCheckpoint(model.family, layer, {
    names: inFile.keys(),
    shapeOf: theirs => stored.tensors.get(inFile.get(theirs)!)?.shape,
    readFloat32: async theirs => (await stored.readFloat32(inFile.get(theirs)!, { signal })).data,
  });
  const leaves = flatten(layer, model.weights as never);
  for (const [path, { checkpointName: theirs, shape }] of tensorSlices(model.family, layer)) {
    const name = inFile.get(theirs);
    if (name === undefined) continue;
    const leaf = leaves.get(path) as Matrix;
    if (arrays.shapeOf(path)?.join() !== shape.join())
      refuse(`holds ${name} as [${stored.tensors.get(name)!.shape}], which is not the shape of this model's`);
    const values = await arrays.read(path, signal ? { signal } : {});
    const own = (await dense(isLowRankSum(leaf) ? leaf.base : leaf).data()) as Float32Array;
    const index = own.findIndex((value, i) => value !== values[i]);
    if (index >= 0)
      refuse(`holds ${name}, which differs from the model's own at ${index} (${values[index]} and ${own[index]})`);
  }
}
