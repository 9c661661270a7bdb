import { ResidualError, showShape } from '@residual/tensor';
import type { NamedLeaf, WeightNeed } from './needs.js';

/** A source of weights: all its names, and the shape of the array at a path. */
export interface WeightSource {
  readonly names: Iterable<string>;
  shapeOf(path: string): readonly number[] | undefined;
  /** The name of a path in the source, for messages; the path itself if absent. */
  sourceName?(path: string): string;
  /**
   * The stored shape at a path, and the one that would fit, if arrays are stored differently: joined with others, or
   * transposed.
   */
  storedShape?(path: string): { readonly stored: readonly number[]; readonly expected: readonly number[] } | undefined;
}

/**
 * Throws one error that lists all weights that are missing, have the wrong shape or are unused. Faults whose paths
 * differ only in layer numbers are listed once, with their count.
 */
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
