import { ResidualError } from '@residual/embeddings/words';

const many = new Intl.ListFormat('en', { type: 'conjunction' });

/** What to say of words that the token table of a model has no row for, with the pieces in which the model reads the first of them. */
export function missingWordsSentence(words: readonly string[], tokens: readonly (readonly string[])[]): string {
  const named = words.slice(0, words.length > 6 ? 5 : 6);
  const names = named.map((word, i) => {
    const parts = tokens[i] ?? [];
    return parts.length > 1 ? `“${word}” (${parts.join('·')})` : `“${word}”`;
  });
  if (named.length < words.length) names.push(`${words.length - named.length} more`);
  const inPieces = tokens.some(parts => parts.length > 1);
  const [are, they] = words.length === 1 ? ['is', 'it'] : ['are', 'they'];
  const reason = inPieces ? `: the story teller reads ${they === 'it' ? 'it' : 'them'} in pieces` : '';
  return `${many.format(names)} ${are} no single ${words.length === 1 ? 'token' : 'tokens'}, so ${they} ${words.length === 1 ? 'has' : 'have'} no row in this table${reason}. Other words of children's stories are there.`;
}

/** The words that a table lacks, where that is what an error says; none else. */
export const missingWordsOf = (error: unknown): readonly string[] =>
  ResidualError.is(error) && error.code === 'word' ? (error.details.words as readonly string[]) : [];
