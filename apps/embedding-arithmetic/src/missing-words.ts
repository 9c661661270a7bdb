import { ResidualError } from '@residual/word-vectors';

const list = () => new Intl.ListFormat('en', { type: 'conjunction' });

/** The largest number of words that are named. */
const maxNamed = 6;

/** A sentence about words that have no row in the token table of a model, which reads words as `tokensOf` says. */
export async function missingWordsSentence(
  words: readonly string[],
  tokensOf: (words: readonly string[]) => Promise<readonly (readonly string[])[]>,
): Promise<string> {
  const named = words.slice(0, words.length > maxNamed ? maxNamed - 1 : maxNamed);
  const tokens = await tokensOf(named);
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
  return `${list().format(names)} ${sentence}${reason}. This table has words of children's stories.`;
}

/** The words that a table lacks, if that is what an error reports; else none. */
export const missingWordsOf = (error: unknown): readonly string[] =>
  ResidualError.is(error) && error.code === 'word' ? (error.details.words as readonly string[]) : [];
