/** A term of a sum: a text, the picture of an emoji, or the picture that is looked at, and how often it counts. */
export interface Term {
  readonly kind: 'text' | 'emoji' | 'shown';
  /** The text or the emoji; `picture` for the picture that is looked at. */
  readonly value: string;
  readonly factor: number;
}

/** How the picture that is looked at is written in a sum. */
export const shownTerm = '[picture]';

/** The most terms of a sum. */
const mostTerms = 20;

/**
 * Reads a sum such as `🐱 + sea − 0.5 * dog`. A hyphen within a word belongs to it, and a sign at the end, after which
 * one is still typing, is ignored. Errors without a term, with two signs in a row, and with an emoji beside other text.
 */
export function readSum(text: string, isEmoji: (text: string) => boolean): Term[] {
  const parts = text
    .replaceAll('–', '−')
    .replaceAll(/(^|\s)-(?=\s|\S)/g, '$1−')
    .split(/\s*([+−])\s*/)
    .map(part => part.trim());
  if (parts.at(-1) === '') parts.splice(-2);
  if (parts[0] === '' && parts.length > 1) parts.shift();
  else parts.unshift('+');
  if (parts.length < 2 || parts[1] === '') throw new Error('There is nothing to look for: write a word.');
  const terms: Term[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const [sign, written] = [parts[i]!, parts[i + 1] ?? ''];
    if (written === '') throw new Error(`Two signs stand side by side: write a word between them.`);
    terms.push(termOf(sign === '−' ? -1 : 1, written, isEmoji));
  }
  if (terms.length > mostTerms) throw new Error(`The sum has ${terms.length} terms; ${mostTerms} would fit.`);
  return terms;
}

function termOf(sign: number, written: string, isEmoji: (text: string) => boolean): Term {
  const [, number = '1', value = ''] = /^(?:(\d+(?:\.\d+)?)\s*[*×]\s*)?(.+)$/s.exec(written) ?? [];
  const factor = sign * Number(number);
  if (value === shownTerm) return { kind: 'shown', value, factor };
  if (isEmoji(value)) return { kind: 'emoji', value, factor };
  if (/\p{Extended_Pictographic}/u.test(value))
    throw new Error(`“${value}” is not one of the pictures of this page; write + between a picture and a word.`);
  return { kind: 'text', value, factor };
}

/** A sum as text, with minus signs. */
export function textOf(terms: readonly Term[]): string {
  return terms
    .map(({ value, factor }, i) => {
      const sign = factor < 0 ? (i === 0 ? '−' : ' − ') : i === 0 ? '' : ' + ';
      const size = Math.abs(factor);
      return `${sign}${size === 1 ? '' : `${size} × `}${value}`;
    })
    .join('');
}
