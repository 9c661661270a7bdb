import { type Family, type TensorSlice, tensorSlices } from '@residual/families';
import type { HasNeeds } from '@residual/layers';

/** One of our linears inside a module of the checkpoint, which may hold several. */
export interface Member {
  /** The path of the linear. */
  readonly path: string;
  /** The part of the checkpoint's tensor that it takes. */
  readonly slice: TensorSlice;
}

/** The linears of a model by the name of their module in the checkpoint, in the order of its rows. */
export function modulesOf(family: Family, layer: HasNeeds<unknown>): Map<string, Member[]> {
  const modules = new Map<string, Member[]>();
  for (const [path, slice] of tensorSlices(family, layer)) {
    const isOfExperts = (slice.arrangement?.experts ?? 1) > 1;
    if (slice.shape.length !== 2 || isOfExperts || !slice.checkpointName.endsWith('.weight')) continue;
    const name = slice.checkpointName.slice(0, -'.weight'.length);
    modules.set(name, [...(modules.get(name) ?? []), { path: path.replace(/\.?weight$/, ''), slice }]);
  }
  for (const members of modules.values()) members.sort((a, b) => a.slice.start - b.slice.start);
  return modules;
}

/** The prefix of each module name in an adapter file. */
export const adapterPrefix = 'base_model.model.';
