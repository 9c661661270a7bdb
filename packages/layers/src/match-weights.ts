import { ResidualError, showShape } from '@residual/tensor';
import type { NamedLeaf, WeightNeed } from './needs.js';

/** What there is instead of what a layer needs: the shape under a path, and all names. */
export interface WeightSource {
  readonly names: Iterable<string>;
  shapeOf(path: string): readonly number[] | undefined;
  /** What the giver calls a path, for messages; the path itself if absent. */
  sourceName?(path: string): string;
  /** What lies under a path that does not fit, and what would, where that is not the shape that is needed: an array may be stored with others, or turned. */
  storedShape?(path: string): { readonly stored: readonly number[]; readonly expected: readonly number[] } | undefined;
}

/** Throws one error that lists all that is missing, misshapen or left over; faults that differ only in the numbers of their steps are counted. */
export function expectMatchingWeights(name: string, needed: readonly NamedLeaf<WeightNeed>[], source: WeightSource) {
  const neededPaths = new Set(needed.map(({ path }) => path));
  const faults = needed.flatMap(({ path, need }) => {
    const [shape, storedName] = [source.shapeOf(path), source.sourceName?.(path) ?? path];
    const needs = `${path} needs ${showShape(need.shape)}`;
    if (!shape) return [`${needs}, ${storedName} is missing`];
    if (showShape(shape) === showShape(need.shape)) return [];
    const { stored, expected } = source.storedShape?.(path) ?? { stored: shape, expected: need.shape };
    const instead = showShape(expected) === showShape(need.shape) ? '' : ` instead of ${showShape(expected)}`;
    return [`${needs}, ${storedName} holds ${showShape(stored)}${instead}`];
  });
  const unused = [...source.names].filter(path => !neededPaths.has(path)).map(path => `${path} is not needed`);
  if (faults.length + unused.length > 0)
    throw new ResidualError('load', `${name}: ${groupSimilar([...faults, ...unused]).join('; ')}`);
}

function groupSimilar(faults: readonly string[]): string[] {
  const groups = new Map<string, { first: string; more: number }>();
  for (const fault of faults) {
    const kind = fault.replaceAll(/(?<=^|[. ])\d+(?=\.)/g, '*');
    const group = groups.get(kind);
    if (group) group.more++;
    else groups.set(kind, { first: fault, more: 0 });
  }
  return [...groups.values()].map(({ first, more }) => (more > 0 ? `${first} (and ${more} more like it)` : first));
}
