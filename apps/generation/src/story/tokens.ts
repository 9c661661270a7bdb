import { fixed } from '@residual/appkit';
import { characterParts, type DisplayedToken, partLabel } from '@residual/elements';
import type { PlainEncoding, RemoteModel } from '@residual/model/worker';

/** A token of a story, with what the model said about it. */
export interface StoryToken extends DisplayedToken {
  /** Natural log of its probability under the model; absent for the first token, which nothing precedes. */
  readonly logprob?: number;
  /** The logits that predicted it, [vocab]; absent if they were not kept. */
  readonly logits?: Float32Array;
}

/** The surprise of a token in bits: -log2 of its probability. */
export const bitsOf = (logprob: number): number => Math.max(0, -logprob / Math.LN2);

/** The number of bits with the darkest tint: one in a thousand. */
export const mostBits = 10;

/** A token with its surprise as its shade and its note. */
export function tinted(token: StoryToken): StoryToken {
  const { logprob } = token;
  if (logprob === undefined) return { ...token, shade: 0 };
  const bits = bitsOf(logprob);
  return { ...token, shade: bits / mostBits, note: `${fixed(bits, 1)} bits of surprise` };
}

/**
 * The tokens of a text for display, each with its own span of the text. Of several tokens that share a character each
 * shows its part, and the last one has the text; special tokens show their name in the vocabulary.
 */
export function shownTokens(
  text: string,
  { ids, tokens, offsets, specialTokensMask }: PlainEncoding,
): DisplayedToken[] {
  const own = offsets.map((offset, i) => (specialTokensMask[i] ? ([0, 0] as const) : offset));
  const parts = characterParts(text, own);
  return ids.map((id, i) => {
    const [start, end] = own[i]!;
    const part = parts[i];
    const token = { id, isPrompt: true, offset: offsets[i]! };
    if (part) return { ...token, part, text: part.index === part.count - 1 ? part.characters : '' };
    return { ...token, text: end > start ? text.slice(start, end) : tokens[i]! };
  });
}

/** The label of a single token, such as in a map or beside a bar. */
export const labelOf = ({ part, text }: DisplayedToken): string => (part ? partLabel(part) : text);

/** The text of tokens, one after another. */
export const textOf = (tokens: readonly DisplayedToken[]): string => tokens.map(({ text }) => text).join('');

/** The tokens of a prompt; for an empty prompt, the token that starts a text. */
export async function promptTokens(
  model: Pick<RemoteModel, 'encode' | 'tokensOf' | 'tokenOf'>,
  prompt: string,
): Promise<DisplayedToken[]> {
  const encoding = await model.encode(prompt);
  if (encoding.ids.length > 0) return shownTokens(prompt, encoding);
  const ids = await model.tokensOf(prompt);
  const names = await model.tokenOf(ids);
  return ids.map((id, i) => ({ id, isPrompt: true, text: names[i] ?? '', offset: [0, 0] }));
}

/** A token that holds the beginning of a character, whose end is not written yet. */
export const unfinishedPart = { characters: '', index: 0, count: 1 };

/**
 * The indices and parts of tokens that share the character which the last token completes; none if it does not complete
 * one.
 */
export function completedParts<Token extends DisplayedToken>(tokens: readonly Token[]): (readonly [number, Token])[] {
  const last = tokens.length - 1;
  const text = tokens[last]?.text ?? '';
  let first = last;
  while (first > 0 && tokens[first - 1]!.part?.characters === '') first--;
  if (text === '' || first === last) return [];
  const [characters = ''] = text;
  const isWhole = text === characters; // text after the character is shown as it is
  const count = last - first + 1;
  return tokens
    .slice(first, isWhole ? last + 1 : last)
    .map((token, index) => [first + index, { ...token, part: { characters, index, count } }] as const);
}
