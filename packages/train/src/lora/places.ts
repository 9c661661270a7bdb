import { type HasNeeds, type MatrixNeed, matcher, weightNeeds } from '@residual/layers';
import { isLowRankSum, type LowRankPart, type Matrix, ResidualError } from '@residual/tensor';
import { placeIn } from '../loop/parameters.js';

/** One matrix that LoRA may stand beside: the path of its linear, and where its weight is in the tree. */
export interface LoraPlace {
  /** The path of the linear, without `.weight`. */
  readonly path: string;
  readonly need: MatrixNeed;
  readonly get: () => Matrix;
  readonly set: (matrix: Matrix) => void;
}

/** A part and where it stands. */
export interface PlacedPart {
  readonly place: LoraPlace;
  readonly part: LowRankPart;
}

/** The matrices of linears in a layer with their weights. Tables of embeddings are not among them. */
export function linearsIn(caller: string, layer: HasNeeds<unknown>, tree: unknown): LoraPlace[] {
  return weightNeeds(layer, caller).flatMap(({ path, need }) => {
    if (need.kind !== 'matrix' || need.role === 'embedding' || need.role === 'position') return [];
    const { parent, name } = placeIn(caller, tree, path);
    const set = (matrix: Matrix) => {
      parent[name] = matrix;
    };
    return [{ path: path.replace(/\.?weight$/, ''), need, get: () => parent[name] as Matrix, set }];
  });
}

/** The linears whose path fits one of the patterns. Errors where a pattern fits none. */
export function targetsIn(
  caller: string,
  layer: HasNeeds<unknown>,
  tree: unknown,
  patterns: readonly string[],
): LoraPlace[] {
  const places = linearsIn(caller, layer, tree);
  for (const pattern of patterns) {
    const fits = matcher(caller, [pattern]);
    if (places.some(({ path }) => fits(path))) continue;
    const known = [...new Set(places.map(({ path }) => path.replaceAll(/(?<=^|\.)\d+(?=\.|$)/g, '*')))];
    throw new ResidualError('lora', `${caller}: '${pattern}' fits no linear; there are ${known.join(', ')}`);
  }
  const fits = matcher(caller, patterns);
  return places.filter(({ path }) => fits(path));
}

/** The parts of one name. Errors where there is none. */
export function partsNamed(caller: string, layer: HasNeeds<unknown>, tree: unknown, name: string): PlacedPart[] {
  const places = linearsIn(caller, layer, tree);
  const found = places.flatMap(place => {
    const leaf = place.get();
    const part = isLowRankSum(leaf) ? leaf.parts[name] : undefined;
    return part ? [{ place, part }] : [];
  });
  if (found.length > 0) return found;
  const names = namesIn(places);
  throw new ResidualError(
    'lora',
    `${caller}: there is no '${name}' beside these weights; there is ${names.length > 0 ? names.join(', ') : 'none'}`,
  );
}

/** Names of all parts beside these matrices. */
export function namesIn(places: readonly LoraPlace[]): string[] {
  return [
    ...new Set(
      places.flatMap(({ get }) => {
        const leaf = get();
        return isLowRankSum(leaf) ? Object.keys(leaf.parts) : [];
      }),
    ),
  ];
}
