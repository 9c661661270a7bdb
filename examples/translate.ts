/** A complete translator: an encoder-decoder composed from parts, loaded from a checkpoint, decoded greedily. */
import '@residual/backend-wasm';
import { readFile } from 'node:fs/promises';
import { Cache, causal, crossAttention, selfAttention } from '@residual/attention';
import { sinusoidalPositions, tokenEmbedding } from '@residual/embeddings';
import { fromCheckpoint, marian, safetensorsArrays } from '@residual/families';
import { layerNorm, load } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { englishFrench } from '@residual/model-en-fr';
import { openSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { dispose, ready, tensor } from '@residual/tensor';
import { tokenizerFromJson } from '@residual/tokenizer';
import { crossStack, encoderDecoder, postNormBlock, postNormCrossBlock, stack } from '@residual/transformer';

// 1. The architecture of "Attention is all you need": an encoder reads the English sentence, a decoder writes the
// French one and attends to the encoder's output.
const [vocab, maxPositions, modelDim, heads, depth] = [8000, 128, 256, 4, 4];
const norm = layerNorm({ dim: modelDim });
const parts = { norm, mlp: mlp({ modelDim, hiddenDim: 4 * modelDim, activation: 'silu' }) };
const translator = encoderDecoder({
  source: {
    embedding: tokenEmbedding({ vocab, dim: modelDim, scale: Math.sqrt(modelDim) }),
    positionEncoding: sinusoidalPositions({ maxPositions, dim: modelDim, layout: 'halves' }),
  },
  encoder: stack({ block: postNormBlock({ ...parts, attention: selfAttention({ modelDim, heads }) }), depth }),
  decoder: crossStack({
    block: postNormCrossBlock({
      ...parts,
      attention: selfAttention({ modelDim, heads, mask: causal() }),
      crossAttention: crossAttention({ modelDim, heads }),
    }),
    depth,
  }),
  logitsBias: true,
});

// 2. The weights: a file in Marian's layout, its matrices in 8 bits, which `load` makes float32. `fromCheckpoint` maps
// its names to the paths of the composition above.
await ready();
const file = await openSafetensors(await fileSource(englishFrench['model.safetensors']));
const weights = await load(translator, fromCheckpoint(marian, translator, safetensorsArrays(file)));
const tokenizer = tokenizerFromJson(await readFile(englishFrench['tokenizer.json'], 'utf8'));
const [endToken, startToken] = [0, 2]; // eos_token_id and decoder_start_token_id of config.json

/** The French for an English sentence. The source is encoded once; each step decodes one position and attends to it. */
export async function translate(sentence: string): Promise<string> {
  const { ids } = tokenizer.encode(sentence);
  const source = tensor([...ids], [1, ids.length], 'int32');
  const memory = translator.encode(weights, source); // [1, ids.length, modelDim]
  const cache = new Cache({ maxPositions });
  const tokens = [startToken];
  try {
    while (tokens.length < maxPositions) {
      const last = tensor(tokens.slice(-1), [1, 1], 'int32');
      const logits = cache.step(1, scope => translator.decode(weights, { ids: last, memory }, scope)); // [1, 1, vocab]
      const values = (await logits.data()) as Float32Array;
      dispose([last, logits]);
      values[startToken] = Number.NEGATIVE_INFINITY; // it is also the padding token, which the decoder never chooses
      const next = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
      if (next === endToken) break;
      tokens.push(next);
    }
    return tokenizer.decode(tokens.slice(1));
  } finally {
    cache.dispose();
    dispose([source, memory]);
  }
}

/** Frees the weights. */
export const close = () => dispose(weights);

if (process.argv[1]?.endsWith('translate.ts')) {
  console.log(await translate(process.argv[2] ?? 'The cat sleeps on the table.'));
  close();
}
