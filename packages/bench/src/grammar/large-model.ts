import { llamaConfig } from '@residual/families';
import { createModel, loadModel, type Model } from '@residual/model';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { bytePairFile, type Ranks } from '../tokenizer/rank-file.js';

/** About as many tokens as Qwen has: the first ones of OpenAI's largest vocabulary, whose merges need no later ones. */
const vocab = 151_000;

/** A small model in 8 bits with a large vocabulary, so that its head is most of its work; the caller disposes it. */
export async function largeVocabularyModel(): Promise<Model> {
  const tokenizer = await largeTokenizer();
  const config = llamaConfig({
    ...{ vocab: vocab + 1, modelDim: 256, heads: 4, depth: 4, maxPositions: 512 },
    ...{ specialTokens: { eos: vocab }, tieWordEmbeddings: true },
  });
  const created = await createModel(config, { seed: 1, tokenizer });
  const files = await created.save();
  created.dispose();
  return loadModel(files, { weights: 'int8' });
}

async function largeTokenizer(): Promise<Tokenizer> {
  const { default: ranks } = await import('js-tiktoken/ranks/o200k_base');
  const { bpe_ranks } = ranks as Ranks;
  return tokenizerFromJson(bytePairFile({ bpe_ranks, special_tokens: { '<|end|>': vocab } }, vocab));
}
