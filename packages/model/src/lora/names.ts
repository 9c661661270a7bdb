import { type Family, type TensorSlice, tensorSlices } from '@residual/families';
import type { HasNeeds } from '@residual/layers';

/** One linear of ours inside a module of the checkpoint, which may hold several side by side. */
export interface Member {
  /** The path of our linear. */
  readonly path: string;
  readonly slice: TensorSlice;
}

/** The linears of a model by the name of the module that holds them in the checkpoint, each in the order of its rows. */
export function modulesOf(family: Family, layer: HasNeeds<unknown>): Map<string, Member[]> {
  const modules = new Map<string, Member[]>();
  for (const [path, place] of tensorSlices(family, layer)) {
    if (place.shape.length !== 2 || !place.checkpointName.endsWith('.weight')) continue;
    const name = place.checkpointName.slice(0, -'.weight'.length);
    modules.set(name, [...(modules.get(name) ?? []), { path: path.replace(/\.?weight$/, ''), slice: place }]);
  }
  for (const members of modules.values()) members.sort((a, b) => a.slice.start - b.slice.start);
  return modules;
}

/** What stands before the name of each module in the file of an adapter. */
export const adapterPrefix = 'base_model.model.';
