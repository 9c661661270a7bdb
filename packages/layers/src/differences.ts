import { ResidualError, showShape } from '@residual/tensor';
import type { PlacedLeaf, WeightNeed } from './needs.js';

/** What there is instead of what a layer needs: the shape under a path, and all names. */
export interface Given {
  readonly names: Iterable<string>;
  shapeOf(path: string): readonly number[] | undefined;
  /** What the giver calls a path, for messages; the path itself if absent. */
  nameIn?(path: string): string;
  /** What lies under a path that does not fit, and what would, where that is not the shape that is needed: an array may be stored with others, or turned. */
  storedAs?(path: string): { readonly held: readonly number[]; readonly wanted: readonly number[] } | undefined;
}

/** Throws one error that lists all that is missing, misshapen or left over; faults that differ only in the numbers of their steps are counted. */
export function expectSame(name: string, wanted: readonly PlacedLeaf<WeightNeed>[], given: Given) {
  const known = new Set(wanted.map(({ path }) => path));
  const faults = wanted.flatMap(({ path, need }) => {
    const [shape, theirs] = [given.shapeOf(path), given.nameIn?.(path) ?? path];
    const needs = `${path} needs ${showShape(need.shape)}`;
    if (!shape) return [`${needs}, ${theirs} is missing`];
    if (showShape(shape) === showShape(need.shape)) return [];
    const { held, wanted } = given.storedAs?.(path) ?? { held: shape, wanted: need.shape };
    const instead = showShape(wanted) === showShape(need.shape) ? '' : ` instead of ${showShape(wanted)}`;
    return [`${needs}, ${theirs} holds ${showShape(held)}${instead}`];
  });
  const unused = [...given.names].filter(path => !known.has(path)).map(path => `${path} is not needed`);
  if (faults.length + unused.length > 0)
    throw new ResidualError('load', `${name}: ${counted([...faults, ...unused]).join('; ')}`);
}

function counted(faults: readonly string[]): string[] {
  const alike = new Map<string, { first: string; more: number }>();
  for (const fault of faults) {
    const kind = fault.replaceAll(/(?<=^|[. ])\d+(?=\.)/g, '*');
    const known = alike.get(kind);
    if (known) known.more++;
    else alike.set(kind, { first: fault, more: 0 });
  }
  return [...alike.values()].map(({ first, more }) => (more > 0 ? `${first} (and ${more} more like it)` : first));
}
