import { ResidualError } from '@residual/base';
import { type Term, termsOf } from './expression.js';
import { expressionText } from './expression-text.js';
import { type Token, tokenizeExpression, type WordLookup } from './expression-tokens.js';
import { findBySpelling, findJoined, findWords } from './find-word.js';
import { suggest, unknownWordsMessage } from './spelling.js';
import type { WordVectors } from './table.js';

/** An expression read with the words of a table. */
export interface Expression {
  /** The words in the spelling of the table, with their factors. */
  readonly terms: readonly Term[];
  /** The expression as it was read, `king − man + woman`; words with other characters than letters are quoted. */
  readonly text: string;
}

/**
 * Reads an expression like `parseExpression`, with the words of a table. It accepts what people type: `king-man+woman`
 * without spaces, longest words first (`well-known-famous` is well-known − famous), and capitals, dashes and separators
 * as `findWord` (`new york` finds `new-york`). Errors: an expression that cannot be read, with the position; unknown
 * words, all of them, with similar spellings.
 */
export function readExpression(vectors: WordVectors, text: string, name = 'readExpression'): Expression {
  const joined = joinNeighbours(vectors, tokenizeExpression(withoutQuestion(text), wordLookup(vectors)));
  const chains = hyphenChains(text, joined);
  const words = findWords(
    vectors,
    [...joined, ...chains.values()].filter(({ kind }) => kind === 'word').map(token => token.text),
  );
  const tokens = joinHyphenChains(vectors, joined, chains, words);
  const spelled = tokens.map(token =>
    token.kind === 'word' ? { ...token, text: words.get(token.text) ?? token.text } : token,
  );
  const terms = termsOf(spelled, (before, word) => `there is no word ${JSON.stringify(`${before} ${word}`)}`);
  const unknown = terms.map(({ word }) => word).filter(word => !vectors.rows.has(word));
  if (unknown.length > 0)
    throw new ResidualError('word', `${name}: ${unknownWordsMessage(vectors, unknown)}`, {
      details: { words: unknown },
    });
  return { terms, text: expressionText(terms) };
}

/** Removes a question at the end: `king - man + woman = ?`. */
const withoutQuestion = (text: string) => text.replace(/(?<=[\p{L}\p{N})"”])\s*(=\s*\?*|\?+)\s*$/u, '');

/** The vocabulary of a table for the tokenizer; each spelling is looked up once. */
function wordLookup(vectors: WordVectors): WordLookup {
  const answers = new Map<string, boolean>();
  let maxLength = 0;
  for (const word of vectors.words) if (word.length > maxLength) maxLength = word.length;
  const has = (text: string) => {
    const answer = answers.get(text) ?? findBySpelling(vectors, text) !== undefined;
    answers.set(text, answer);
    return answer;
  };
  return { has, maxLength: Math.min(maxLength, 200) };
}

const isPlain = (token: Token | undefined): boolean => token?.kind === 'word' && !token.quoted;

/** Joins consecutive words such as `new york` if the table has the joined word, longest first. */
function joinNeighbours(vectors: WordVectors, tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let i = 0; i < tokens.length; ) {
    let end = i + 1;
    while (isPlain(tokens[i]) && end - i < 5 && isPlain(tokens[end])) end++;
    let word: string | undefined;
    for (; end > i + 1 && word === undefined; end -= word === undefined ? 1 : 0) {
      const parts = tokens.slice(i, end).map(token => token.text);
      word = findBySpelling(vectors, parts.join(' ')) ?? findJoined(vectors, parts.join(' '));
    }
    joined.push(word === undefined ? tokens[i]! : { kind: 'word', text: word, at: tokens[i]!.at });
    i = end;
  }
  return joined;
}

/**
 * Words and numbers joined by hyphens without spaces, as candidates for one word, by the index of their first token.
 */
function hyphenChains(text: string, tokens: readonly Token[]): Map<number, Token & { readonly tokens: number }> {
  const chains = new Map<number, Token & { readonly tokens: number }>();
  const endOf = (token: Token) => token.at + token.text.length;
  const isHyphen = (token: Token | undefined) => token?.text === '-' && /[-‐‑]/.test(text[token.at - 1]!);
  const isPart = (token: Token | undefined) => isPlain(token) || token?.kind === 'number';
  for (let i = 0; i < tokens.length; i++) {
    let end = i;
    for (; isPart(tokens[end]) && isHyphen(tokens[end + 1]) && isPart(tokens[end + 2]); end += 2)
      if (endOf(tokens[end]!) !== tokens[end + 1]!.at || tokens[end + 2]!.at !== tokens[end + 1]!.at + 1) break;
    if (end === i) continue;
    const { at } = tokens[i]!;
    const chainText = text.slice(at - 1, endOf(tokens[end]!) - 1);
    if (chainText.length <= 100) chains.set(i, { kind: 'word', text: chainText, at, tokens: end - i + 1 });
    i = end;
  }
  return chains;
}

/**
 * Joins the hyphen chains that contain an unknown part, or a number without a product, and that are or resemble a word:
 * the error for a misspelled word with hyphens names the whole word.
 */
function joinHyphenChains(
  vectors: WordVectors,
  tokens: readonly Token[],
  chains: ReturnType<typeof hyphenChains>,
  words: ReadonlyMap<string, string>,
): Token[] {
  const joined: Token[] = [];
  let searches = 6;
  for (let i = 0; i < tokens.length; ) {
    const chain = chains.get(i);
    const parts = tokens.slice(i, i + (chain?.tokens ?? 1));
    const isCount = parts[0]!.kind === 'number' && !/[*/]/.test(tokens[i - 1]?.text ?? '');
    const isUnknown = parts.some(({ kind, text }) => kind === 'word' && !words.has(text));
    const isOneWord =
      chain &&
      (isCount ||
        (isUnknown && (words.has(chain.text) || (searches-- > 0 && suggest(vectors, chain.text).length > 0))));
    joined.push(...(isOneWord ? [chain] : parts));
    i += parts.length;
  }
  return joined;
}
