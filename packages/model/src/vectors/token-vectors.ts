import { matrixValues } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { vectorTable, type WordVectors } from '@residual/word-vectors';
import type { AnyModel } from '../model-kind.js';
import { embeddingTableOf } from './hidden-states.js';

/** The token embedding table of a model as word vectors, in float32. */
export async function tokenVectorsOf(model: AnyModel, tokenizer: Tokenizer | undefined): Promise<WordVectors> {
  const table = embeddingTableOf(model);
  const data = await matrixValues(table);
  const [vocab] = table.shape as [number, number];
  return vectorTable({ words: tokenNames(vocab, tokenizer), data });
}

/**
 * A unique name for each token. A token that begins a word is named by the word without its space; one that continues a
 * word by its text, with `##` before it if a word has that name; a token without text of its own as in the vocabulary,
 * or as `#` and its id.
 */
export function tokenNames(vocab: number, tokenizer: Tokenizer | undefined): string[] {
  const texts = Array.from({ length: vocab }, (_, id) => textOf(tokenizer, id));
  const names: (string | undefined)[] = Array.from({ length: vocab });
  const usedNames = new Set<string>();
  const assign = (id: number, name: string | undefined) => {
    if (names[id] !== undefined || name === undefined || name === '' || usedNames.has(name)) return;
    names[id] = name;
    usedNames.add(name);
  };
  const beginsWord = (text: string | undefined) => text !== undefined && /^[ ▁]\S/.test(text);
  for (const [id, text] of texts.entries()) if (beginsWord(text)) assign(id, text!.slice(1));
  for (const [id, text] of texts.entries()) if (!beginsWord(text)) assign(id, text);
  for (const [id, text] of texts.entries()) if (!beginsWord(text) && text) assign(id, `##${text}`);
  for (let id = 0; id < vocab; id++) assign(id, tokenizer?.idToToken(id));
  return names.map((name, id) => {
    let unique = name ?? `#${id}`;
    while (name === undefined && usedNames.has(unique)) unique = `#${unique}`;
    usedNames.add(unique);
    return unique;
  });
}

/** The text of a token with its space; undefined if it is not a whole text, such as part of a character. */
function textOf(tokenizer: Tokenizer | undefined, id: number): string | undefined {
  const token = tokenizer?.idToToken(id);
  if (!tokenizer || token === undefined) return undefined;
  const text = token.startsWith('▁') ? token.replaceAll('▁', ' ') : tokenizer.decode([id]);
  return text.includes('\ufffd') ? undefined : text;
}
