import type { Term } from './expression.js';

/**
 * Terms as text: `king − man + 0.5 × woman`. Words with other characters than letters are quoted, so that they are read
 * as one word.
 */
export function expressionText(terms: readonly Term[]): string {
  return terms
    .map(({ word, factor }, i) => {
      const isMinus = factor < 0 || Object.is(factor, -0);
      const sign = i === 0 ? (isMinus ? '−' : '') : isMinus ? ' − ' : ' + ';
      const size = Math.abs(factor);
      return `${sign}${size === 1 ? '' : `${Number(size.toPrecision(4))} × `}${quoted(word)}`;
    })
    .join('');
}

/**
 * A word without quotes if it consists of letters, followed by digits and points, else in quotes that it does not
 * contain.
 */
function quoted(word: string): string {
  if (/^[\p{L}\p{M}][\p{L}\p{M}\p{N}.’]*$/u.test(word)) return word;
  const [open, close] = (['“”', '""', '‘’', "''"].find(([, end]) => !word.includes(end!)) ?? '“”') as unknown as [
    string,
    string,
  ];
  return `${open}${word}${close}`;
}
