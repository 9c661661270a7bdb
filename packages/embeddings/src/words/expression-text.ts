import type { Term } from './expression.js';

/** Terms as people write them: `king − man + 0.5 × woman`; a word with signs in it stands in quotes, so that it is read as one. */
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

/** A word by itself where it has only letters, digits behind them and points, else in quotes that it does not hold. */
function quoted(word: string): string {
  if (/^[\p{L}\p{M}][\p{L}\p{M}\p{N}.’]*$/u.test(word)) return word;
  const [open, close] = (['“”', '""', '‘’', "''"].find(([, end]) => !word.includes(end!)) ?? '“”') as unknown as [
    string,
    string,
  ];
  return `${open}${word}${close}`;
}
