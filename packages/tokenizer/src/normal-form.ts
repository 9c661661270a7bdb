import { leftAloneRuns } from './generated/unicode-tables.js';
import { laterAnd } from './later.js';

/** The normal forms of Unicode Standard Annex 15. */
export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** Whether the reference's normal forms, those of Unicode 9, leave a character alone and let nothing past it, whatever the platform's do. */
export const isLeftAlone = (char: string): boolean => laterAnd(leftAloneRuns).holds(char);

/** A text in a normal form as the reference has it: the platform's, but for characters that are left alone. */
export const normalForm = (text: string, form: Form): string =>
  laterAnd(leftAloneRuns).replace(
    text,
    char => char,
    part => part.normalize(form),
  );
