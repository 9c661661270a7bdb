import { loadOnce } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { RemoteModel } from '@residual/model/worker';
import type { functions, TableName } from './computations.js';

/** The vocabularies of the tables. */
export interface Vocabularies {
  /** The words of a table, which is loaded at its first use. */
  of(table: TableName): Promise<readonly string[]>;
  /** Whether a table is loaded. */
  has(table: TableName): boolean;
  /** The tokens in which the storyteller reads words. */
  tokensOf(words: readonly string[]): Promise<readonly (readonly string[])[]>;
}

/** The vocabularies of both tables; a failed load is tried again. */
export function openVocabularies(
  worker: Remote<typeof functions>,
  storyteller: () => Promise<RemoteModel>,
): Vocabularies {
  const loaded = new Set<TableName>();
  const load = {
    words: loadOnce(async () => {
      const words = await worker.load(new URL('../data/word-vectors-en/', document.baseURI).href);
      loaded.add('words');
      return words;
    }),
    stories: loadOnce(async () => {
      const { words, data } = await (await storyteller()).tokenVectors();
      const tokens = await worker.addTable('stories', { words, data: data.slice() });
      loaded.add('stories');
      return tokens;
    }),
  };
  return {
    of: table => load[table](),
    has: table => loaded.has(table),
    tokensOf: async words => {
      if (words.length === 0) return [];
      const model = await storyteller();
      return Promise.all(words.map(word => tokensOfWord(model, word)));
    },
  };
}

async function tokensOfWord(model: RemoteModel, word: string): Promise<readonly string[]> {
  const text = ` ${word}`;
  const { offsets } = await model.encode(text);
  return [...new Set(offsets.map(([start, end]) => text.slice(start, end).trim()))].filter(Boolean);
}
