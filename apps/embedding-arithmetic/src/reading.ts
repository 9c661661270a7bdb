import { expressionText, type Term } from '@residual/word-vectors';

/** The largest number of letters of an expression in a headline, and of a shortened one. */
const maxLetters = 90;
const maxLettersShortened = 50;

/** An expression for a headline: all of it if it is short, else its first words and its last. */
export function headlineOf(terms: readonly Term[]): string {
  const whole = expressionText(terms);
  if (whole.length <= maxLetters || terms.length < 3) return shorten(whole);
  const last = shorten(expressionText(terms.slice(-1)), maxLettersShortened / 2);
  const end = last.startsWith('−') ? ` − ${last.slice(1)}` : ` + ${last}`;
  let count = 1;
  const firstTerms = (words: number) => expressionText(terms.slice(0, words));
  while (count < terms.length - 2 && firstTerms(count + 1).length + end.length <= maxLettersShortened) count++;
  return `${shorten(firstTerms(count), maxLettersShortened)} …${end}`;
}

const shorten = (text: string, letters = maxLetters) => (text.length > letters ? `${text.slice(0, letters)}…` : text);

/** Whether an expression was parsed as it was typed, apart from spaces and the kinds of minus signs and quotes. */
export function isAsTyped(typed: string, text: string): boolean {
  const plain = (one: string) =>
    one
      .replace(/[-−–—]/g, '−')
      .replace(/[*×·]/g, '×')
      .replace(/["“”]/g, '"')
      .replace(/\s*([+−×])\s*/g, ' $1 ')
      .replace(/\s+/g, ' ')
      .trim();
  return plain(typed) === plain(text) && !/[^\s(+*/−–—×-]-[^\s)]/.test(typed);
}
