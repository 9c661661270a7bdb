import type { Selection } from '@residual/inspect';
import { InvalidArgumentError } from 'commander';

/** An activation, or its heads or neurons. */
export interface PartOfActivation extends Pick<Selection, 'heads' | 'neurons'> {
  /** A path or a name of TransformerLens, `*` allowed. */
  readonly name: string;
}

/** How a part of an activation is written. */
export const partForm = 'paths or names of TransformerLens, with heads or neurons after a colon';

/** The activations that have heads; the others have neurons. */
const withHeads = /\.(query|key|value|scores|weights|headOutputs|(query|key)BeforePositions)$|\.attn\.hook_\w+$/;

/** A path, and after a colon the numbers of its heads or neurons: `decoder.layers.5.attention.headOutputs:0,2`. */
export function partOfActivation(text: string): PartOfActivation {
  const [, name, numbers] = /^([^:]+)(?::(\d+(?:,\d+)*))?$/.exec(text) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError('It must be a path, and after a colon numbers with commas between.');
  if (numbers === undefined) return { name };
  const indices = numbers.split(',').map(Number);
  return withHeads.test(name) ? { name, heads: indices } : { name, neurons: indices };
}

/** Parts of activations, one after the other. */
export function partsOfActivations(text: string, before: readonly PartOfActivation[] = []): PartOfActivation[] {
  return [...before, partOfActivation(text)];
}
