import { ResidualError } from '@residual/tensor';
import type { LayerInfo } from './layer.js';
import { leavesOf, type Needs } from './needs.js';

/** The arguments of a call of a layer, and its path. */
interface Call {
  readonly weights: unknown;
  readonly input: unknown;
  readonly path: string;
}

/**
 * Explains why a layer failed if its arguments are the reason: the first weight that is missing or disposed, or an
 * input that is not a tensor. Undefined if the arguments are complete.
 */
export function explainFailure(
  { needs, about }: { readonly needs: unknown; readonly about: LayerInfo },
  { weights, input, path }: Call,
  cause: unknown,
): ResidualError | undefined {
  if (ResidualError.is(cause) && cause.code !== 'disposed') return undefined; // the error already says what is wrong
  const refusal = (what: string) => new ResidualError('weights', `${about.name ?? 'layer'}: ${what}`, { cause });
  const inputType =
    ArrayBuffer.isView(input) || Array.isArray(input) ? typeof (input as ArrayLike<unknown>)[0] : typeof input;
  if (inputType === 'number' || inputType === 'undefined')
    return refusal(
      `the input is ${inputType === typeof input ? input : 'a list of numbers'}, not a tensor; ` +
        'tensor(values, shape) makes one',
    );
  for (const { path: leafPath } of leavesOf(needs as Needs)) {
    const leaf = leafAt(weights, leafPath);
    if (isAlive(leaf)) continue;
    const full = [path, leafPath].filter(step => step !== '').join('.');
    const remedy = 'is not in the tree of weights; init(layer, { seed }) or load(layer, source) makes it';
    return refusal(`${full} ${leaf ? 'was disposed' : remedy}`);
  }
  return undefined;
}

interface LeafState {
  readonly isDisposed?: boolean;
  readonly base?: unknown;
}

/** Whether a leaf is a tensor that is not disposed, or a low-rank sum on such a tensor. */
function isAlive(leaf: LeafState | undefined): boolean {
  if (!leaf || typeof leaf !== 'object') return false;
  return leaf.isDisposed === undefined && leaf.base ? isAlive(leaf.base as LeafState) : !leaf.isDisposed;
}

/** The leaf at a path of a tree. */
export function leafAt(tree: unknown, path: string): LeafState | undefined {
  const steps = path === '' ? [] : path.split('.');
  return steps.reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], tree) as
    | LeafState
    | undefined;
}
