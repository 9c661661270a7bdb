import { characterParts, type TokensElement } from '@residual/elements';

/** The tokens of a text: their ids, their texts with spaces, and their spans [start, end) of the text. */
export interface TokenizedText {
  readonly text: string;
  readonly ids: readonly number[];
  readonly texts: readonly string[];
  readonly offsets: readonly (readonly [start: number, end: number])[];
}

/** The methods of a tokenizer that `tokenizedText` needs. */
export interface TextTokenizer {
  encode(text: string): Pick<TokenizedText, 'ids' | 'offsets'>;
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): string;
}

/** The text of each token by itself, with its space. */
export const textsOf = (tokenizer: Pick<TextTokenizer, 'decode'>, ids: readonly number[]): readonly string[] =>
  ids.map(id => tokenizer.decode([id], { skipSpecialTokens: false }));

/** Splits a text into its tokens. */
export function tokenizedText(tokenizer: TextTokenizer, text: string): TokenizedText {
  const { ids, offsets } = tokenizer.encode(text);
  return { text, ids, offsets, texts: textsOf(tokenizer, ids) };
}

/**
 * Shows the tokens of a text in an element of the class `pieces`: they begin as one text and move apart. `joined`
 * leaves them together, as long as the text is being written.
 */
export function showPieces(
  element: TokensElement,
  { text, ids, texts, offsets }: TokenizedText,
  { joined = false } = {},
): void {
  const parts = characterParts(text, offsets);
  element.classList.add('joined');
  element.tokens = ids.map((id, i) => ({ id, text: texts[i]!, offset: offsets[i]!, part: parts[i] }));
  void element.offsetWidth; // from here on the change of the gap is a movement
  element.classList.toggle('joined', joined);
}

/** The number of characters and tokens as a sentence. */
export const piecesSentence = ({ text, ids }: Pick<TokenizedText, 'text' | 'ids'>): string => {
  const count = (number: number, name: string) => `${number} ${name}${number === 1 ? '' : 's'}`;
  const [characters, tokens] = [count([...text].length, 'character'), count(ids.length, 'token')];
  return `${characters} become${[...text].length === 1 ? 's' : ''} ${tokens}, each a number.`;
};
