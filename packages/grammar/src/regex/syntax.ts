import type { CodePoints } from '../dfa/code-points.js';

/** A regular expression, parsed. */
export type Regex =
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly Regex[] }
  | { readonly kind: 'choice'; readonly options: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly body: Regex; readonly min: number; readonly max: number }
  /** The start or the end of the text. */
  | { readonly kind: 'start' | 'end' };

/** An expression with what its beginning says of the texts: each must match, or must not, at their start. */
export interface Pattern {
  readonly lookaheads: readonly { readonly regex: Regex; readonly isNegative: boolean }[];
  readonly regex: Regex;
}

/** About how many states a regular expression needs, each count included, where a set needs `ofSet`. */
export function sizeOf(regex: Regex, ofSet: (set: CodePoints) => number): number {
  const sum = (parts: readonly Regex[]) => parts.reduce((total, part) => total + sizeOf(part, ofSet), 0);
  switch (regex.kind) {
    case 'set':
      return ofSet(regex.set);
    case 'sequence':
      return sum(regex.parts);
    case 'choice':
      return 1 + sum(regex.options);
    case 'repeat': {
      const { body, min, max } = regex;
      const own = sizeOf(body, ofSet);
      return max === Infinity ? own * (min + 1) + 1 : own * max + max - min;
    }
    default:
      return 1;
  }
}
