import { type Config, composeCheckpoint, findFamily, fromCheckpoint, safetensorsArrays } from '@residual/families';
import { type HasNeeds, load } from '@residual/layers';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { repositoryFile } from '@residual/testkit';
import type { BoundLayer } from '../bound-layer.js';

/** The model of a checkpoint in a folder of the repository. */
export async function loadCheckpoint(folder: string): Promise<BoundLayer> {
  const config = JSON.parse(new TextDecoder().decode(await repositoryFile(`${folder}/config.json`))) as Config;
  const file = await openSafetensors(bytesSource(await repositoryFile(`${folder}/model.safetensors`)));
  const stored = safetensorsArrays(file);
  const family = await findFamily(config);
  const { composition } = await composeCheckpoint(family, config, stored, { ignoreConfig: ['quantization_config'] });
  const layer: HasNeeds<unknown> = composition.model;
  return { layer: composition.model as never, weights: await load(layer, fromCheckpoint(family, layer, stored)) };
}
