import { type HasNeeds, type MatrixNeed, pathMatcher, weightNeeds } from '@residual/layers';
import { isLowRankSum, type LowRankAdapter, type Matrix, ResidualError } from '@residual/tensor';
import { resolveParameter } from '../loop/parameters.js';

/** The weight of a linear that can have adapters. */
export interface LoraTarget {
  /** The path of the linear, without `.weight`. */
  readonly path: string;
  readonly need: MatrixNeed;
  readonly get: () => Matrix;
  readonly set: (matrix: Matrix) => void;
}

/** An adapter and the linear that it belongs to. */
export interface AttachedPart {
  readonly target: LoraTarget;
  readonly part: LowRankAdapter;
}

/** The weights of all linears in a layer. Embeddings are excluded. */
export function linearsIn(caller: string, layer: HasNeeds<unknown>, tree: unknown): LoraTarget[] {
  return weightNeeds(layer, caller).flatMap(({ path, need }) => {
    if (need.kind !== 'matrix' || need.role === 'embedding' || need.role === 'position') return [];
    const { parent, name } = resolveParameter(caller, tree, path);
    const set = (matrix: Matrix) => {
      parent[name] = matrix;
    };
    return [{ path: path.replace(/\.?weight$/, ''), need, get: () => parent[name] as Matrix, set }];
  });
}

/** The linears whose path matches one of the patterns. Errors if a pattern matches none. */
export function matchingTargets(
  caller: string,
  layer: HasNeeds<unknown>,
  tree: unknown,
  patterns: readonly string[],
): LoraTarget[] {
  const targets = linearsIn(caller, layer, tree);
  for (const pattern of patterns) {
    const matches = pathMatcher(caller, [pattern]);
    if (targets.some(({ path }) => matches(path))) continue;
    const available = [...new Set(targets.map(({ path }) => path.replaceAll(/(?<=^|\.)\d+(?=\.|$)/g, '*')))];
    throw new ResidualError('lora', `${caller}: '${pattern}' fits no linear; there are ${available.join(', ')}`);
  }
  const matches = pathMatcher(caller, patterns);
  return targets.filter(({ path }) => matches(path));
}

/** The adapters of one name. Errors if there is none. */
export function partsNamed(caller: string, layer: HasNeeds<unknown>, tree: unknown, name: string): AttachedPart[] {
  const targets = linearsIn(caller, layer, tree);
  const parts = targets.flatMap(target => {
    const leaf = target.get();
    const part = isLowRankSum(leaf) ? leaf.parts[name] : undefined;
    return part ? [{ target, part }] : [];
  });
  if (parts.length > 0) return parts;
  const names = adapterNames(targets);
  throw new ResidualError(
    'lora',
    `${caller}: there is no '${name}' beside these weights; there is ${names.length > 0 ? names.join(', ') : 'none'}`,
  );
}

/** The names of all adapters of these linears. */
export function adapterNames(targets: readonly LoraTarget[]): string[] {
  return [
    ...new Set(
      targets.flatMap(({ get }) => {
        const leaf = get();
        return isLowRankSum(leaf) ? Object.keys(leaf.parts) : [];
      }),
    ),
  ];
}
