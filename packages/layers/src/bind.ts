import type { AnyLayer } from './layer.js';
import type { Weights } from './needs.js';
import type { Scope } from './scope.js';

/** Layers, each of which may be absent, in lists and records. */
export type Bindable = AnyLayer | undefined | readonly Bindable[] | { readonly [name: string]: Bindable };

/** Layers as plain functions of their input, lists and records of them as such of functions. */
export type Bound<Parts> = {
  readonly [Name in keyof Parts]: NonNullable<Parts[Name]> extends AnyLayer<infer Input, infer Output>
    ? (input: Input) => Output
    : Bound<Parts[Name]>;
};

/** The weights of a list of layers of one kind, however many there are. */
type WeightsInList<Parts> = Parts extends readonly (infer Part)[] ? readonly Weights<Part>[] : never;

/**
 * The layers of a record or a list as plain functions of their input: each has its own weights and stands one step down in the scope. Lists and records inside are
 * bound too. In the place of a part that is absent stands the identity.
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
  const own = weights as Readonly<Record<string, unknown>>;
  const entries = Object.entries(part).map(
    ([name, below]) => [name, bindPart(below, own[name], scope.at(name))] as const,
  );
  return Array.isArray(part) ? entries.map(([, run]) => run) : Object.fromEntries(entries);
}
