import { type Scope, slot } from '@residual/layers';
import { concat, sliceAxis, type Tensor, zeros } from '@residual/tensor';

/** Makes the scope of a whole batch that of one of its sequences: with a cache and positions of its own. */
export type SequenceScope = (scope: Scope) => Scope;

/**
 * The slot for the scopes of sequences that have a cache each, so that they may have any lengths, and join and leave a
 * batch without a copy of their keys. Attention runs for each of them; everything else runs for all at once. Rows of
 * the batch beyond them are padding. Without it, all sequences share the cache and the positions of the scope.
 */
export const sequenceScopes = /* @__PURE__ */ slot<readonly SequenceScope[]>('sequenceScopes');

/**
 * Runs `attend` on tensors [batch, ...], to [batch, ...]: on all sequences at once, or on each in its own scope where
 * `sequenceScopes` has them. The result of padding is zeros. `queryScope` is the scope of the queries, where it is
 * another one.
 */
export function eachSequence<Heads extends Readonly<Record<string, Tensor>>>(
  heads: Heads,
  scope: Scope,
  queryScope: Scope,
  attend: (heads: Heads, scope: Scope, queryScope: Scope) => Tensor,
): Tensor {
  const scopes = scope.get(sequenceScopes);
  if (!scopes) return attend(heads, scope, queryScope);
  const [batch] = Object.values(heads)[0]!.shape as [number];
  const results = scopes.map((within, i) => {
    const own = Object.entries(heads).map(([name, x]) => [name, batch === 1 ? x : sliceAxis(x, 0, i, 1)]);
    return attend(Object.fromEntries(own) as Heads, ownScope(scope, within), ownScope(queryScope, within));
  });
  const padding = batch - results.length;
  if (padding > 0) results.push(zeros([padding, ...results[0]!.shape.slice(1)]));
  return results.length === 1 ? results[0]! : concat(results, 0);
}

/** The scope of one sequence, in which no other has one. */
export const ownScope = (scope: Scope, within: SequenceScope): Scope => within(scope.with(sequenceScopes, undefined));
