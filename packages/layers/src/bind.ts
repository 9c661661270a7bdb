import type { AnyLayer } from './layer.js';
import type { Weights } from './needs.js';
import type { Scope } from './scope.js';

/** Layers in lists and records; each may be absent. */
export type Bindable = AnyLayer | undefined | readonly Bindable[] | { readonly [name: string]: Bindable };

/**
 * The functions that `bind` returns: each layer of `Parts` as a function of its input, in the same lists and records.
 */
export type Bound<Parts> = {
  readonly [Name in keyof Parts]: NonNullable<Parts[Name]> extends AnyLayer<infer Input, infer Output>
    ? (input: Input) => Output
    : Bound<Parts[Name]>;
};

/** The weights of a list of layers of one type. */
type WeightsInList<Parts> = Parts extends readonly (infer Part)[] ? readonly Weights<Part>[] : never;

/**
 * Turns a record or a list of layers into functions of their input. Each layer gets its own weights and the scope at
 * its own name; nested lists and records are bound too. An absent part becomes the identity.
 */
export function bind<const Parts extends { readonly [name: string]: Bindable } | readonly Bindable[]>(
  parts: Parts,
  weights: Weights<Parts> | WeightsInList<Parts>,
  scope: Scope,
): Bound<Parts> {
  return bindPart(parts, weights, scope) as Bound<Parts>;
}

function bindPart(part: Bindable, weights: unknown, scope: Scope): unknown {
  if (part === undefined) return (input: unknown) => input;
  if (typeof part === 'function') return (input: unknown) => part(weights, input, scope);
  const byName = weights as Readonly<Record<string, unknown>>;
  const entries = Object.entries(part).map(
    ([name, child]) => [name, bindPart(child, byName[name], scope.at(name))] as const,
  );
  return Array.isArray(part) ? entries.map(([, run]) => run) : Object.fromEntries(entries);
}
