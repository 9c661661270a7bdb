import { tokenizerFromJson } from '../../formats/json/load.js';
import type { Tokenizer } from '../../tokenizer.js';

/**
 * Creates a tokenizer whose tokens are `<|endoftext|>`, which also stands for unknown characters, and the characters of
 * the texts, in the order of their code points.
 */
export function characterTokenizer(texts: Iterable<string>): Tokenizer {
  const characters = new Set<string>();
  for (const text of texts) for (const character of text) characters.add(character);
  const sorted = [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const end = '<|endoftext|>';
  const vocab = Object.fromEntries([end, ...sorted].map((token, id) => [token, id]));
  return tokenizerFromJson({
    version: '1.0',
    added_tokens: [
      { id: 0, content: end, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'WordLevel', vocab, unk_token: end },
  });
}
