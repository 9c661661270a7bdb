import { readFixtureText } from '@residual/testkit/read-fixture';
import { gpt2File, type Ranks } from './rank-file.js';

/** The vocabularies: two of OpenAI's, and files of Hugging Face's kinds. */
export const vocabularies = [
  'r50k_base',
  'cl100k_base',
  'WordPiece (BERT)',
  'Unigram (T5)',
  'Unigram (ALBERT)',
  'GPT-2',
] as const;

/** The name of a vocabulary. */
export type VocabularyName = (typeof vocabularies)[number];

/** The vocabularies with rank files. */
export type EncodingName = 'r50k_base' | 'cl100k_base';

/** The ranks of a vocabulary in the format of js-tiktoken. */
export async function ranksOf(encoding: EncodingName): Promise<Ranks> {
  const { default: ranks } = await (encoding === 'r50k_base'
    ? import('js-tiktoken/ranks/r50k_base')
    : import('js-tiktoken/ranks/cl100k_base'));
  return ranks as Ranks;
}

const folders = {
  'WordPiece (BERT)': 'real-bert-base-uncased',
  'Unigram (T5)': 'unigram-t5',
  'Unigram (ALBERT)': 'real-albert',
} as const;

/** The text of a vocabulary's `tokenizer.json`: a fixture, or the file made from GPT-2's ranks. */
export async function tokenizerFile(vocabulary: Exclude<VocabularyName, EncodingName>): Promise<string> {
  if (vocabulary === 'GPT-2') return JSON.stringify(gpt2File(await ranksOf('r50k_base')));
  return readFixtureText(`tokenizers/${folders[vocabulary]}/tokenizer.json`);
}
