import type { CodePoints } from '../dfa/code-points.js';

/** A regular expression, parsed. */
export type Regex =
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly Regex[] }
  | { readonly kind: 'choice'; readonly options: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly body: Regex; readonly min: number; readonly max: number }
  /** The start or the end of the text. */
  | { readonly kind: 'start' | 'end' };
