import { ResidualError } from '@residual/tensor';
import { expectTokens } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { segmentsOf } from '../translate/segments.js';
import type { EnglishSentence, SkippedText } from './read-english.js';
import { characterTokens, type ReadToken, type Symbols, symbolsOf, symbolTokens, withBlanks } from './symbols.js';

/** A word with its phones, as `pronounce` of `@residual/pronunciation` gives it. */
export interface WordWithPhones {
  readonly word: string;
  /** The span in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** The pause after it: `''`, `','`, `'.'`, `'!'` or `'?'`. */
  readonly pause: string;
  readonly phones: readonly string[];
}

/** What is spoken: a text, the ids of one sentence, or words with their phones. */
export type SpeechInput = string | readonly number[] | readonly WordWithPhones[];

/** A sentence with its tokens and the spans of its words. */
export interface ReadSentence {
  readonly text: string;
  /** The span in the whole text, in UTF-16 units. */
  readonly span: readonly [start: number, end: number];
  /** Spans are those in the whole text. */
  readonly tokens: readonly ReadToken[];
  readonly words: readonly { readonly text: string; readonly span: readonly [start: number, end: number] }[];
}

/** What is to be said, and what cannot be. */
export interface ReadSpeech {
  /** Sentences with a token at least. Those of an English text are read when they are asked for. */
  readonly sentences: Iterable<ReadSentence> | AsyncIterable<ReadSentence>;
  readonly skipped: readonly SkippedText[];
}

/** How an input is read. */
interface ReadOptions {
  /** Whether a text is in the symbols of the model. */
  readonly symbols: boolean;
  readonly signal: AbortSignal | undefined;
}

/** The sentences of an input with their tokens. */
export async function readSpeech(
  model: LoadedModel,
  input: SpeechInput,
  { symbols: isSymbols, signal }: ReadOptions,
): Promise<ReadSpeech> {
  const symbols = symbolsOf(model.parts.texts);
  const { voice } = model.parts;
  if (typeof input !== 'string' || isSymbols || !symbols?.arePhones || !voice?.dictionary)
    return { sentences: readSentences(model, input, symbols, isSymbols), skipped: [] };
  const { readEnglish } = await import('./read-english.js'); // for voices that read texts
  const { sentences, skipped } = readEnglish(input, voice, signal);
  return { sentences: tokensOfEnglish(sentences, symbols), skipped };
}

async function* tokensOfEnglish(sentences: AsyncIterable<EnglishSentence>, symbols: Symbols) {
  for await (const { words, text, span } of sentences) yield { ...ofWords(words, symbols), text, span };
}

function readSentences(
  model: LoadedModel,
  input: SpeechInput,
  symbols: Symbols | undefined,
  isSymbols: boolean,
): ReadSentence[] {
  const sentences = typeof input === 'string' ? ofText(model, input, symbols, isSymbols) : ofTokens(input, symbols);
  const read = sentences.filter(({ tokens }) => tokens.length > 0);
  expectTokens(
    'speak',
    read.map(({ tokens }) => tokens.map(({ id }) => id)),
    { vocab: model.vocab, maxLength: model.maxPositions },
  );
  return read;
}

function ofText(model: LoadedModel, text: string, symbols: Symbols | undefined, isSymbols: boolean): ReadSentence[] {
  const read = readerOf(model, symbols, isSymbols);
  if (isSymbols) return text.trim() === '' ? [] : [sentenceOf(text, 0, read)];
  const { segments } = segmentsOf(text, {
    count: sentence => read(sentence).length,
    maxSegmentTokens: 0, // each sentence is one
    maxPositions: model.maxPositions,
    caller: 'speak',
  });
  let at = 0;
  return segments.map(({ before, text: sentence }) => {
    const start = at + before.length;
    at = start + sentence.length;
    return sentenceOf(sentence, start, read);
  });
}

/** A sentence that begins at an index of a text. */
function sentenceOf(text: string, start: number, read: (sentence: string) => readonly ReadToken[]): ReadSentence {
  const moved = ([from, to]: readonly [number, number]) => [from + start, to + start] as const;
  const words = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].filter(
    ({ isWordLike }) => isWordLike,
  );
  return {
    text,
    span: [start, start + text.length],
    tokens: read(text).map(token => ({ ...token, span: moved(token.span) })),
    words: words.map(({ segment, index }) => ({ text: segment, span: moved([index, index + segment.length]) })),
  };
}

/** The function that reads a sentence of this model. Throws if texts must be turned into phones first. */
function readerOf(
  model: LoadedModel,
  symbols: Symbols | undefined,
  isSymbols: boolean,
): (sentence: string) => readonly ReadToken[] {
  const { tokenizer } = model;
  if (symbols) {
    if (isSymbols)
      return sentence =>
        symbols.arePhones && !symbols.addsBlanks ? symbolTokens(sentence, symbols) : characterTokens(sentence, symbols);
    if (!symbols.arePhones) return sentence => characterTokens(sentence, symbols);
    throw new ResidualError(
      'prompt',
      'speak: this model reads phones; give words with their phones, as pronounce of @residual/pronunciation does, ' +
        'or a text of its symbols with the option symbols',
    );
  }
  if (!tokenizer) throw new ResidualError('prompt', 'speak: this model has no tokenizer; give the ids of a sentence');
  if (isSymbols) throw new ResidualError('option', 'speak: symbols is true; this model reads texts by its tokenizer');
  return sentence => {
    const { ids, tokens, offsets } = tokenizer.encode(sentence);
    return ids.map((id, i) => ({ id, token: tokens[i]!, span: [offsets[i]![0], offsets[i]![1]] }));
  };
}

/** One sentence of ids, or those of words with phones. */
function ofTokens(input: readonly number[] | readonly WordWithPhones[], symbols: Symbols | undefined): ReadSentence[] {
  if (input.length === 0) return [];
  if (typeof input[0] === 'number') {
    const names = new Map([...(symbols?.ids ?? [])].map(([token, id]) => [id, token]));
    const tokens = (input as readonly number[]).map(id => ({ id, token: names.get(id) ?? '', span: [0, 0] as const }));
    return [{ text: '', span: [0, 0], tokens, words: [] }];
  }
  if (!symbols) throw new ResidualError('prompt', 'speak: this model reads texts by its tokenizer, not phones');
  const sentences: WordWithPhones[][] = [[]];
  for (const word of input as readonly WordWithPhones[]) {
    sentences.at(-1)!.push(word);
    if (/[.!?]/.test(word.pause)) sentences.push([]);
  }
  return sentences.filter(words => words.length > 0).map(words => ofWords(words, symbols));
}

/** The tokens of words with phones: a space between words and the pause after one, where the model has them. */
function ofWords(words: readonly WordWithPhones[], symbols: Symbols): ReadSentence {
  const token = (symbol: string, span: readonly [number, number]): ReadToken[] => {
    const id = symbols.ids.get(symbol);
    return id === undefined ? [] : [{ id, token: symbol, span }];
  };
  const tokens = words.flatMap(({ word, start, end, pause, phones }, i) => {
    const read = phones.flatMap(phone => token(phone, [start, end])).map(each => ({ ...each, word: i }));
    if (read.length < phones.length) {
      const unknown = phones.find(phone => !symbols.ids.has(phone));
      throw new ResidualError(
        'prompt',
        `speak: the phone ${unknown} of ${JSON.stringify(word)} is no symbol of this model`,
      );
    }
    const after = pause === '' ? [] : token(pause, [end, end]);
    return [...read, ...after, ...(i < words.length - 1 ? token(' ', [end, end]) : [])];
  });
  return {
    text: words.map(({ word, pause }) => word + pause).join(' '),
    span: [words[0]!.start, words.at(-1)!.end],
    tokens: withBlanks(tokens, symbols),
    words: words.map(({ word, start, end }) => ({ text: word, span: [start, end] })),
  };
}
