import { saveTokenizer, type Tokenizer } from '@residual/tokenizer';
import { type TokenizedText, tokenizeText } from './figures.js';
import { tokenizerFromFiles } from './files.js';
import type { Growth } from './growth.js';
import { type Article, type Cost, costsOf } from './languages.js';
import { loadShipped } from './shipped.js';
import { trainWatched } from './training.js';
import { type DividedWord, divideWord } from './word.js';

/** The loaded tokenizers by name. */
const tokenizers = new Map<string, Promise<Tokenizer>>();
let articles: Promise<Article[]> | undefined;
let pageAddress = '';

/** A tokenizer by name; a shipped one is loaded at its first use. */
function tokenizerOf(name: string): Promise<Tokenizer> {
  const tokenizer = tokenizers.get(name) ?? loadShipped(name, pageAddress);
  tokenizers.set(name, tokenizer);
  tokenizer.catch(() => tokenizers.delete(name)); // so that it is tried again
  return tokenizer;
}

async function readArticles(): Promise<Article[]> {
  const response = await fetch(new URL('article-1.json', pageAddress));
  if (!response.ok) throw new Error(`The sentences could not be read: status ${response.status}.`);
  return response.json();
}

/** The functions of the worker. */
export const calls = {
  /** Tells the address of the page, to which the addresses of files are relative. */
  start: (page: string): void => {
    pageAddress = page;
  },
  tokenize: async (name: string, text: string, special: boolean): Promise<TokenizedText> =>
    tokenizeText(await tokenizerOf(name), text, special),
  divide: async (name: string, word: string): Promise<DividedWord> => divideWord(await tokenizerOf(name), word),
  articles: (): Promise<Article[]> => (articles ??= readArticles()),
  costs: async (name: string): Promise<Cost[]> => costsOf(await tokenizerOf(name), await calls.articles()),
  /** Reads a tokenizer from files of the visitor; returns its name here and the name of its file. */
  read: async (files: readonly File[]): Promise<{ name: string; label: string }> => {
    const { name: label, tokenizer } = await tokenizerFromFiles(files);
    tokenizers.set(`file:${label}`, Promise.resolve(tokenizer));
    return { name: `file:${label}`, label };
  },
  /** Trains the tokenizer `trained`; returns what it has reached. */
  train: async (text: string, vocabSize: number, atOnce: boolean, port: MessagePort): Promise<Growth> => {
    const { tokenizer, growth } = await trainWatched(text, vocabSize, atOnce, port);
    tokenizers.set('trained', Promise.resolve(tokenizer));
    return growth;
  },
  /** The `tokenizer.json` of a tokenizer. */
  save: async (name: string): Promise<string> => saveTokenizer(await tokenizerOf(name)),
};

/** The types of the functions. */
export type Calls = typeof calls;
