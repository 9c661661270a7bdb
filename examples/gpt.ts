/** A complete GPT: composed from parts, loaded from a checkpoint, sampled token by token. */
import '@residual/backend-wasm';
import { readFile } from 'node:fs/promises';
import { Cache, causal, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { fromCheckpoint, gpt2, safetensorsArrays } from '@residual/families';
import { layerNorm, load } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { stories } from '@residual/model-stories';
import { openSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { sampler } from '@residual/sampling';
import { dispose, ready, tensor } from '@residual/tensor';
import { tokenizerFromJson } from '@residual/tokenizer';
import { languageModel, stack, transformerBlock } from '@residual/transformer';

// 1. The architecture. Tokens and positions become vectors, six blocks of attention and an MLP transform them, and the
// transposed token embedding turns each vector into logits.
const [vocab, maxPositions, modelDim, heads, depth] = [6000, 256, 320, 5, 6];
const norm = layerNorm({ dim: modelDim });
const gpt = languageModel({
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
  decoder: stack({
    block: transformerBlock({
      norm,
      attention: selfAttention({ modelDim, heads, mask: causal() }),
      mlp: mlp({ modelDim, hiddenDim: 4 * modelDim, activation: 'geluTanh' }),
    }),
    depth,
    norm,
  }),
});

// 2. The weights: a file in GPT-2's layout, its matrices in 8 bits, which `load` makes float32. `fromCheckpoint` maps
// its names to the paths of the composition above.
await ready();
const file = await openSafetensors(await fileSource(stories['model.safetensors']));
const weights = await load(gpt, fromCheckpoint(gpt2, gpt, safetensorsArrays(file)));
const tokenizer = tokenizerFromJson(await readFile(stories['tokenizer.json'], 'utf8'));

/**
 * Continues a prompt; yields the text of each new token. The cache keeps keys and values, so that each step after the
 * prompt computes one position only.
 */
export async function* generate(prompt: string, { maxNewTokens = 60, temperature = 0.8, topP = 0.95, seed = 1 } = {}) {
  const { next } = sampler({ temperature, topP, seed });
  const cache = new Cache({ maxPositions });
  const tokens = [...tokenizer.encode(prompt).ids];
  const promptLength = tokens.length;
  try {
    while (tokens.length < promptLength + maxNewTokens) {
      const newTokens = tokens.slice(cache.length); // first the whole prompt, then one token at a time
      const ids = tensor(newTokens, [1, newTokens.length], 'int32');
      const logits = cache.step(newTokens.length, scope => gpt(weights, ids, scope)); // [1, length, vocab]
      const last = (await logits.data()).slice(-vocab) as Float32Array;
      dispose([ids, logits]);
      const { token } = next(last, { tokens, promptLength, batchIndex: 0 });
      if (token === tokenizer.eosTokenId) return;
      tokens.push(token);
      yield tokenizer.decode([token]);
    }
  } finally {
    cache.dispose();
  }
}

/** Frees the weights. */
export const close = () => dispose(weights);

if (process.argv[1]?.endsWith('gpt.ts')) {
  for await (const text of generate(process.argv[2] ?? 'Once upon a time')) process.stdout.write(text);
  close();
}
