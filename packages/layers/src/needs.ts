import { expectOptions, type Matrix, ResidualError, showShape, type Tensor } from '@residual/tensor';
import type { LayerInfo } from './layer.js';

/** Initial values of a weight: constant, normally distributed with mean 0, or given by a formula. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'values'; readonly values: () => Float32Array };

/** A weight of any shape that every op accepts, such as a bias or the scale of a norm. */
export interface VectorNeed {
  readonly kind: 'vector';
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** The number of equal parts that files may hold apart, such as those of heads or experts; 1 if absent. */
  readonly experts?: number;
}

/** The purpose of a matrix; weights are counted by role. Position tables are not counted. */
export type Role =
  | 'embedding'
  | 'position'
  | 'query'
  | 'key'
  | 'value'
  | 'output'
  | 'up'
  | 'gate'
  | 'down'
  | 'unembedding'
  | 'other';

/**
 * A weight matrix [out, in] for `linear` and `embed`. `heads` is the number of heads whose matrices it holds side by
 * side, `experts` that of the experts whose matrices are stacked along out.
 */
export interface MatrixNeed {
  readonly kind: 'matrix';
  readonly shape: readonly [number, number];
  readonly initializer: Initializer;
  readonly role: Role;
  readonly heads: number;
  readonly experts: number;
  /** The lengths of the axes that are joined along in, such as [height, width, channels] of a patch; [in] if absent. */
  readonly inAxes?: readonly number[];
}

/**
 * Constants given by a formula, such as the angles of rotary positions: made with the tree, shared by equal needs,
 * never trained or saved.
 */
export interface TableNeed {
  readonly kind: 'table';
  readonly shape: readonly number[];
  readonly values: () => Float32Array;
}

/** A trained parameter: it is saved and counted. */
export type WeightNeed = VectorNeed | MatrixNeed;

/** A parameter or a table. */
export type Leaf = WeightNeed | TableNeed;

/** The parameters and submodules of a layer: leaves, layers, and lists or records of them. */
// biome-ignore lint/suspicious/noExplicitAny: a layer of any needs
export type Needs = Leaf | { readonly needs: any } | readonly Needs[] | { readonly [name: string]: Needs | undefined };

/** The type of the weights for needs: a tree of the same form with a tensor or matrix for each leaf. */
export type Weights<N> = 0 extends 1 & N
  ? // biome-ignore lint/suspicious/noExplicitAny: the weights of a layer of any needs are not known
    any
  : N extends VectorNeed | TableNeed
    ? Tensor
    : N extends MatrixNeed
      ? Matrix
      : N extends { readonly needs: infer M }
        ? Weights<M>
        : N extends readonly [unknown, ...unknown[]]
          ? { readonly [Index in keyof N]: Weights<N[Index]> }
          : N extends readonly (infer E)[]
            ? Weights<E>[]
            : N extends undefined
              ? undefined
              : { readonly [Name in keyof N]: Weights<N[Name]> };

const zero: Initializer = { kind: 'constant', value: 0 };

/** A weight of `shape`, initialized to `value` (0 if absent). */
export function vector(shape: readonly number[], value = 0): VectorNeed {
  expectLengths('vector', shape);
  return { kind: 'vector', shape, initializer: value === 0 ? zero : { kind: 'constant', value } };
}

/** Settings of `matrix`. */
export interface MatrixOptions {
  /** Its role; 'other' if absent. */
  readonly role?: Role | undefined;
  /** The number of heads whose matrices it holds side by side; 1 if absent. */
  readonly heads?: number | undefined;
  /** The number of experts whose matrices are stacked along out; 1 if absent. */
  readonly experts?: number | undefined;
  /** Standard deviation of the initial values; 0.02 if absent, as in GPT-2. */
  readonly std?: number | undefined;
  /** The lengths of the axes that are joined along in, such as those of a kernel; [in] if absent. */
  readonly inAxes?: readonly number[] | undefined;
}

/**
 * A matrix [out, in], initialized from a normal distribution with standard deviation `std` (0.02 if absent, as in
 * GPT-2). Errors unless `inAxes` join to in.
 */
export function matrix(shape: readonly [out: number, width: number], options: MatrixOptions = {}): MatrixNeed {
  expectOptions('matrix', options, { role: 0, heads: 0, experts: 0, std: 0, inAxes: 0 });
  const { role = 'other', heads = 1, experts = 1, std = 0.02, inAxes } = options;
  expectLengths('matrix', shape);
  if (inAxes) expectJoined(shape, inAxes);
  const need = { kind: 'matrix', shape, initializer: { kind: 'normal', std }, role, heads, experts } as const;
  return inAxes ? { ...need, inAxes } : need;
}

function expectJoined(shape: readonly [number, number], inAxes: readonly number[]): void {
  expectLengths('matrix', inAxes);
  const width = sizeOf({ shape: inAxes });
  if (width === shape[1]) return;
  const what = `the axes ${showShape(inAxes)} join to ${width}; ${showShape(shape)} has ${shape[1]} along in`;
  throw new ResidualError('shape', `matrix: ${what}`);
}

/**
 * Constants of `shape` given by a formula. Errors above 2³⁰ numbers (4 GiB), since no file limits their size as one
 * limits that of weights.
 */
export function table(shape: readonly number[], values: () => Float32Array): TableNeed {
  expectLengths('table', shape);
  const size = sizeOf({ shape });
  if (size > 2 ** 30)
    throw new ResidualError('shape', `table: ${showShape(shape)} holds ${size} numbers; ${2 ** 30} would fit`);
  return { kind: 'table', shape, values };
}

/** The number of entries of a leaf, or of anything else with a shape. */
export function sizeOf({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A leaf with its path in the tree. */
export interface NamedLeaf<L extends Leaf = Leaf> {
  readonly path: string;
  readonly need: L;
}

/** Walks needs in order and calls `onLayer` for every layer with `about`, and `onLeaf` for every leaf. */
export function visit(
  needs: Needs,
  onLayer: (path: string, about: LayerInfo, layer: { readonly needs: Needs }) => void,
  onLeaf: (path: string, need: Leaf) => void,
  path = '',
): void {
  if (isLeaf(needs)) {
    onLeaf(path, needs);
  } else if (hasNeeds(needs)) {
    if (needs.about) onLayer(path, needs.about, needs);
    visit(needs.needs, onLayer, onLeaf, path);
  } else {
    for (const [name, part] of Object.entries(needs as Record<string, Needs | undefined>))
      if (part !== undefined) visit(part, onLayer, onLeaf, path === '' ? name : `${path}.${name}`);
  }
}

/** All leaves of needs (or of a layer) with their paths, in order. */
export function leavesOf(needs: Needs): NamedLeaf[] {
  const leaves: NamedLeaf[] = [];
  visit(
    needs,
    () => {},
    (path, need) => leaves.push({ path, need }),
  );
  return leaves;
}

/** The needs of a layer. Errors, naming the caller, if the value is not a layer (such as a model, which has one). */
export function needsOf<N>(layer: { readonly needs: N }, caller: string): N {
  const value: unknown = layer;
  if (hasNeeds(value)) return layer.needs;
  const isModel = typeof value === 'object' && value !== null && 'layer' in value && hasNeeds(value.layer);
  const what = isModel ? 'a model; its layer is model.layer, its weights are model.weights' : `${value}`;
  throw new ResidualError('fit', `${caller}: a layer is needed, not ${what}`);
}

/**
 * The trained leaves of a layer with their paths, in order, without tables. `caller` is the name in the error for a
 * value that is not a layer.
 */
export function weightNeeds(layer: { readonly needs: unknown }, caller = 'weightNeeds'): NamedLeaf<WeightNeed>[] {
  return leavesOf(needsOf(layer, caller) as Needs).filter(
    (leaf): leaf is NamedLeaf<WeightNeed> => leaf.need.kind !== 'table',
  );
}

/** Builds the tree of weights: the form of `needs` with a matrix or tensor for each leaf. */
export function treeOf<N>(needs: N, leafAt: (path: string, need: Leaf) => Matrix): Weights<N> {
  const build = (part: Needs, path: string): unknown => {
    if (isLeaf(part)) return leafAt(path, part);
    if (hasNeeds(part)) return build(part.needs as Needs, path);
    const childPath = (name: string) => (path === '' ? name : `${path}.${name}`);
    if (Array.isArray(part)) return part.map((element, index) => build(element as Needs, childPath(String(index))));
    return Object.fromEntries(
      Object.entries(part as Record<string, Needs | undefined>).map(([name, element]) => [
        name,
        element === undefined ? undefined : build(element, childPath(name)),
      ]),
    );
  };
  return build(needs as Needs, '') as Weights<N>;
}

/** Whether the value is a leaf. */
export function isLeaf(needs: unknown): needs is Leaf {
  return (
    typeof needs === 'object' && needs !== null && 'kind' in needs && typeof needs.kind === 'string' && 'shape' in needs
  );
}

/** Whether the value is a layer or another object with needs. */
export function hasNeeds(needs: unknown): needs is { needs: Needs; about?: LayerInfo } {
  return (typeof needs === 'function' || typeof needs === 'object') && needs !== null && 'needs' in needs;
}

function expectLengths(name: string, shape: readonly number[]): void {
  if (shape.every(length => Number.isInteger(length) && length > 0)) return;
  throw new ResidualError('shape', `${name}: ${showShape(shape)} has a length that is not a whole number above 0`);
}
