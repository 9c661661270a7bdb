import { exemptRuns } from './generated/unicode-tables.js';
import { newerCodePoints } from './unicode-version.js';

/** The normal forms of Unicode Standard Annex 15. */
export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Whether the reference's normal forms, those of Unicode 9, leave a character alone and let nothing past it, whatever
 * the platform's do.
 */
export const isExemptFromNormalization = (char: string): boolean => newerCodePoints(exemptRuns).hasCharacter(char);

/** A text in a normal form as the reference has it: the platform's, but for characters that are left alone. */
export const normalForm = (text: string, form: NormalForm): string =>
  newerCodePoints(exemptRuns).replace(
    text,
    char => char,
    part => part.normalize(form),
  );
