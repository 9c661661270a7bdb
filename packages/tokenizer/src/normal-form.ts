import { CodeSet } from './code-set.js';
import { leftAloneRuns } from './generated/unicode-tables.js';
import { laterCodes } from './later.js';

/** The normal forms of Unicode Standard Annex 15. */
export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

let older: CodeSet | undefined;
const olderCodes = () => (older ??= new CodeSet(leftAloneRuns));

/** Whether the reference's normal forms, those of Unicode 9, leave a character alone and let nothing past it, whatever the platform's do. */
export const isLeftAlone = (char: string): boolean =>
  char > '\u0377' && (laterCodes().holds(char) || olderCodes().holds(char));

/** A text in a normal form as the reference has it: the platform's, but for characters that are left alone. */
export function normalForm(text: string, form: Form): string {
  let normal = '';
  let from = 0;
  let [at, other] = [laterCodes().find(text), olderCodes().find(text)];
  while (at !== -1 || other !== -1) {
    const first = at === -1 || (other !== -1 && other < at) ? other : at;
    const to = first + (text.codePointAt(first)! > 0xffff ? 2 : 1);
    normal += text.slice(from, first).normalize(form) + text.slice(first, to);
    from = to;
    if (first === at) at = laterCodes().find(text, to);
    else other = olderCodes().find(text, to);
  }
  return normal + text.slice(from).normalize(form);
}
