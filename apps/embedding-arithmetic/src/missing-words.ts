import { ResidualError } from '@residual/word-vectors';

const many = new Intl.ListFormat('en', { type: 'conjunction' });

/**
 * A sentence about words that have no row in the token table of a model. `tokens` are the tokens of the first words, as
 * the model reads them.
 */
export function missingWordsSentence(words: readonly string[], tokens: readonly (readonly string[])[]): string {
  const named = words.slice(0, words.length > 6 ? 5 : 6);
  const names = named.map((word, i) => {
    const parts = tokens[i] ?? [];
    return parts.length > 1 ? `“${word}” (${parts.join('·')})` : `“${word}”`;
  });
  if (named.length < words.length) names.push(`${words.length - named.length} more`);
  const isOne = words.length === 1;
  const hasSeveral = tokens.some(parts => parts.length > 1);
  const reason = hasSeveral ? `: the storyteller reads ${isOne ? 'it' : 'them'} in several tokens` : '';
  const sentence = isOne
    ? 'is not a single token, so it has no row in this table'
    : 'are not single tokens, so they have no row in this table';
  return `${many.format(names)} ${sentence}${reason}. Words of children's stories are in it.`;
}

/** The words that a table lacks, if that is what an error reports; else none. */
export const missingWordsOf = (error: unknown): readonly string[] =>
  ResidualError.is(error) && error.code === 'word' ? (error.details.words as readonly string[]) : [];
