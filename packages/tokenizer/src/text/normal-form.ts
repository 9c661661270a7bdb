import { exemptRuns } from './generated/unicode-tables.js';
import { newerCodePoints } from './unicode-version.js';

/** The normal forms of Unicode Standard Annex 15. */
export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Whether the reference's normal forms, of Unicode 9, leave a character unchanged and never reorder across it, whatever
 * the platform does.
 */
export const isExemptFromNormalization = (char: string): boolean => newerCodePoints(exemptRuns).hasCharacter(char);

/**
 * A text in a normal form as in the reference: the platform's, except for characters that the reference leaves
 * unchanged.
 */
export const normalForm = (text: string, form: NormalForm): string =>
  newerCodePoints(exemptRuns).replace(
    text,
    char => char,
    part => part.normalize(form),
  );
