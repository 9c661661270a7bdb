import { ResidualError } from '@residual/tensor';
import type { About } from './layer.js';
import { leavesOf, type Needs } from './needs.js';

/** What a layer was called with, and where. */
interface Call {
  readonly weights: unknown;
  readonly input: unknown;
  readonly path: string;
}

/**
 * Why a layer could not run where that lies in what it was called with: the first weight that is not there or was disposed, or an input that is no tensor; undefined
 * where all is there.
 */
export function lackOf(
  { needs, about }: { readonly needs: unknown; readonly about: About },
  { weights, input, path }: Call,
  cause: unknown,
): ResidualError | undefined {
  if (ResidualError.is(cause) && cause.code !== 'disposed') return undefined; // it says what is wrong
  const refusal = (what: string) => new ResidualError('weights', `${about.name ?? 'layer'}: ${what}`, { cause });
  const odd =
    ArrayBuffer.isView(input) || Array.isArray(input) ? typeof (input as ArrayLike<unknown>)[0] : typeof input;
  if (odd === 'number' || odd === 'undefined')
    return refusal(
      `the input is ${odd === typeof input ? input : 'a list of numbers'}, not a tensor; tensor(values, shape) makes one`,
    );
  for (const { path: below } of leavesOf(needs as Needs)) {
    const leaf = leafAt(weights, below);
    if (isThere(leaf)) continue;
    const full = [path, below].filter(step => step !== '').join('.');
    const made = 'is not in the tree of weights; init(layer, { seed }) or load(layer, source) makes it';
    return refusal(`${full} ${leaf ? 'was disposed' : made}`);
  }
  return undefined;
}

interface Held {
  readonly isDisposed?: boolean;
  readonly base?: unknown;
}

/** Whether a leaf is a tensor that is not disposed, or a sum on one. */
function isThere(leaf: Held | undefined): boolean {
  if (!leaf || typeof leaf !== 'object') return false;
  return leaf.isDisposed === undefined && leaf.base ? isThere(leaf.base as Held) : !leaf.isDisposed;
}

/** What stands at a path of a tree. */
export function leafAt(tree: unknown, path: string): Held | undefined {
  const steps = path === '' ? [] : path.split('.');
  return steps.reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], tree) as
    | Held
    | undefined;
}
