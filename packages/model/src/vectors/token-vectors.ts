import { vectorTable, type WordVectors } from '@residual/embeddings/words';
import { dense } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { OfSomeKind } from '../kinds.js';
import { tableOf } from './streams.js';

/** The token table of a model as word vectors, in float32. */
export async function tokenVectorsOf(model: OfSomeKind, tokenizer: Tokenizer | undefined): Promise<WordVectors> {
  const data = (await dense(tableOf(model)).data()) as Float32Array;
  const [vocab] = dense(tableOf(model)).shape as [number, number];
  return vectorTable({ words: tokenNames(vocab, tokenizer), data });
}

/**
 * A name for each token, none twice. A token that begins a word is named by the word without its space; one that continues a word is its text, with `##` before
 * it where a word has that name already; what has no text of its own stands as the vocabulary writes it, or as `#` and its id.
 */
export function tokenNames(vocab: number, tokenizer: Tokenizer | undefined): string[] {
  const texts = Array.from({ length: vocab }, (_, id) => textOf(tokenizer, id));
  const names: (string | undefined)[] = Array.from({ length: vocab });
  const taken = new Set<string>();
  const give = (id: number, name: string | undefined) => {
    if (names[id] !== undefined || name === undefined || name === '' || taken.has(name)) return;
    names[id] = name;
    taken.add(name);
  };
  const beginsWord = (text: string | undefined) => text !== undefined && /^[ ▁]\S/.test(text);
  for (const [id, text] of texts.entries()) if (beginsWord(text)) give(id, text!.slice(1));
  for (const [id, text] of texts.entries()) if (!beginsWord(text)) give(id, text);
  for (const [id, text] of texts.entries()) if (!beginsWord(text) && text) give(id, `##${text}`);
  for (let id = 0; id < vocab; id++) give(id, tokenizer?.idToToken(id));
  return names.map((name, id) => {
    let own = name ?? `#${id}`;
    while (name === undefined && taken.has(own)) own = `#${own}`;
    taken.add(own);
    return own;
  });
}

/** The text of a token with its space, or undefined where it is no whole text: half a character, a token of another kind. */
function textOf(tokenizer: Tokenizer | undefined, id: number): string | undefined {
  const written = tokenizer?.idToToken(id);
  if (!tokenizer || written === undefined) return undefined;
  const text = written.startsWith('▁') ? written.replaceAll('▁', ' ') : tokenizer.decode([id]);
  return text.includes('\ufffd') ? undefined : text;
}
