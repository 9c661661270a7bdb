import type { AnyLayer } from './layer.js';
import type { Weights } from './needs.js';
import type { Scope } from './scope.js';

/** Layers as plain functions of their input. */
export type Bound<Parts> = {
  readonly [Name in keyof Parts]: NonNullable<Parts[Name]> extends AnyLayer<infer Input, infer Output>
    ? (input: Input) => Output
    : never;
};

/**
 * The layers of a record or a list as plain functions of their input: each has its own weights and stands one step down in the scope. In the place of a
 * part that is absent stands the identity.
 */
export function bind<const Parts extends { readonly [name: string]: AnyLayer | undefined } | readonly AnyLayer[]>(
  parts: Parts,
  weights: Weights<Parts>,
  scope: Scope,
): Bound<Parts> {
  const own = weights as Readonly<Record<string, unknown>>;
  const bound = Object.entries(parts as Readonly<Record<string, AnyLayer | undefined>>).map(
    ([name, part]) =>
      [name, part ? (input: unknown) => part(own[name], input, scope.at(name)) : (input: unknown) => input] as const,
  );
  return (Array.isArray(parts) ? bound.map(([, run]) => run) : Object.fromEntries(bound)) as Bound<Parts>;
}
