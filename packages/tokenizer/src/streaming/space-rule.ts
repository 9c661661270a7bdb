import type { Fields } from '../formats/json/fields.js';

/**
 * Where a text may be split so that its parts have the tokens of the whole: before a space between two letters; with
 * `lines` also after a line end between a visible character and a letter.
 */
export type Boundary = 'words' | 'lines';

/** What a component does at a space between two letters. */
export interface SpaceEffect {
  /** What the space becomes. */
  readonly space: string;
  /** Where the component certainly splits the text, whatever follows. Absent: it only splits what others leave. */
  readonly splits?: Boundary;
}

/**
 * The effect of a component at what the components before it have made of a space between two letters. Undefined if the
 * component may treat a letter, the space before it or the text after it differently because of what precedes the
 * space.
 */
export type SpaceRule = (fields: Fields, space: string) => SpaceEffect | undefined;

/** The rule of components that leave the space, and split nothing at it. */
export const keepsSpace: SpaceRule = (_fields, space) => ({ space });

/** The rule of pre-tokenizers that split at white space. */
export const splitsAtSpace: SpaceRule = (_fields, space) => (space === ' ' ? { space, splits: 'words' } : { space });
