import { type Config, composeCheckpoint, findFamily, fromCheckpoint } from '@residual/families';
import { type HasNeeds, load } from '@residual/layers';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { repositoryFile } from '@residual/testkit';
import type { BoundLayer } from '../bound-layer.js';

/** The model of a checkpoint in a folder of the repository. */
export async function loadCheckpoint(folder: string): Promise<BoundLayer> {
  const config = JSON.parse(new TextDecoder().decode(await repositoryFile(`${folder}/config.json`))) as Config;
  const file = await openSafetensors(bytesSource(await repositoryFile(`${folder}/model.safetensors`)));
  const stored = {
    names: [...file.tensors.keys()],
    shapeOf: (name: string) => file.tensors.get(name)?.shape,
    readFloat32: async (name: string) => (await file.readFloat32(name)).data,
  };
  const family = await findFamily(config);
  const { composition } = await composeCheckpoint(family, config, stored);
  const layer: HasNeeds<unknown> = composition.model;
  return { layer: composition.model as never, weights: await load(layer, fromCheckpoint(family, layer, stored)) };
}
