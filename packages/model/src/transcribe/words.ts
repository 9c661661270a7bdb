import type { Tokenizer } from '@residual/tokenizer';

/** A word, and the indices of its tokens. */
export interface TokenWord {
  readonly text: string;
  readonly indices: readonly number[];
}

/** How tokens become words. */
export interface WordOptions {
  /** The text of tokens. */
  readonly decode: (tokens: readonly number[]) => string;
  /** Whether the language has no spaces, so that every character is a word. */
  readonly hasNoSpaces: boolean;
}

/**
 * The words of a text of tokens, with the space before each, as Hugging Face transformers splits them for Whisper: at
 * spaces and punctuation; opening punctuation belongs to the word after it, other punctuation to the one before.
 */
export function wordsOfTokens(tokens: readonly number[], { decode, hasNoSpaces }: WordOptions): TokenWord[] {
  const characters = splitOnCharacters(tokens, decode);
  return withPunctuation(hasNoSpaces ? characters : splitOnSpaces(characters));
}

/** The text of tokens, without special tokens and those from `timestampBegin` on. */
export function speechText(tokenizer: Tokenizer, tokens: readonly number[], timestampBegin: number): string {
  return tokenizer.decode(
    tokens.filter(id => id < timestampBegin),
    { skipSpecialTokens: true },
  );
}

/** The smallest runs of tokens that hold whole characters. */
function splitOnCharacters(tokens: readonly number[], decode: WordOptions['decode']): TokenWord[] {
  const whole = decode(tokens);
  const words: TokenWord[] = [];
  let indices: number[] = [];
  let offset = 0;
  for (const index of tokens.keys()) {
    indices.push(index);
    const text = decode(indices.map(i => tokens[i]!));
    const broken = text.indexOf(replacement);
    const isReal = broken >= 0 && (offset + broken >= whole.length || whole[offset + broken] === replacement);
    if (broken >= 0 && !isReal) continue;
    words.push({ text, indices });
    offset += text.length;
    indices = [];
  }
  return words;
}

/** Joins runs that begin neither with a space nor with punctuation to the run before. */
function splitOnSpaces(parts: readonly TokenWord[]): TokenWord[] {
  const words: TokenWord[] = [];
  for (const part of parts) {
    const last = words.at(-1);
    if (!last || part.text.startsWith(' ') || asciiPunctuation.includes(part.text.trim())) words.push(part);
    else words[words.length - 1] = joined(last, part);
  }
  return words;
}

/** Joins opening punctuation to the word after it, and other punctuation to the word before it. */
function withPunctuation(parts: readonly TokenWord[]): TokenWord[] {
  const words: (TokenWord | undefined)[] = [...parts];
  for (let i = words.length - 2, next = words.length - 1; i >= 0; i--) {
    const [word, after] = [words[i]!, words[next]!];
    if (word.text.startsWith(' ') && opening.includes(word.text.trim())) {
      words[next] = joined(word, after);
      words[i] = undefined;
    } else next = i;
  }
  // A word that was joined counts as an empty one, as in the reference.
  for (let i = 0, next = 1; next < words.length; next++) {
    const [word, after] = [words[i], words[next]];
    if (!(word?.text ?? '').endsWith(' ') && closing.includes(after?.text ?? '')) {
      if (after) words[i] = word ? joined(word, after) : after;
      words[next] = undefined;
    } else i = next;
  }
  return words.filter(word => word !== undefined && word.text !== '') as TokenWord[];
}

const joined = (a: TokenWord, b: TokenWord): TokenWord => ({
  text: a.text + b.text,
  indices: [...a.indices, ...b.indices],
});

const replacement = '\ufffd';
const asciiPunctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const opening = '"\'“¡¿([{-';
const closing = '"\'.。,，!！?？:：”)]}、';
