/** A model of no family: composed, trained on a few sentences, given tokenizer and chat template, saved and opened. */
import '@residual/backend-wasm';
import { causal, selfAttention } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { init, rmsNorm } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { asModel, loadModel } from '@residual/model';
import { ready } from '@residual/tensor';
import { tokenizerFromJson } from '@residual/tokenizer';
import { adamW, languageModelLoss, packDocuments, train } from '@residual/train';
import { languageModel, parallelBlock, stack, transformerBlock } from '@residual/transformer';

// 1. The architecture: a parallel block without positions, and a block with rotary ones and a gated MLP.
const modelDim = 32;
const norm = rmsNorm({ dim: modelDim });
const attention = { modelDim, heads: 4, mask: causal() };
const positionEncoding = rotary({ headDim: 8 });
export const layer = languageModel({
  embedding: tokenEmbedding({ vocab: 32, dim: modelDim }),
  decoder: stack({
    block: [
      parallelBlock({
        norm,
        attention: selfAttention(attention),
        mlp: mlp({ modelDim, hiddenDim: 64, activation: 'gelu' }),
      }),
      transformerBlock({
        norm,
        attention: selfAttention({ ...attention, positionEncoding }),
        mlp: gatedMlp({ modelDim, hiddenDim: 64 }),
      }),
    ],
    norm,
  }),
});

// 2. A tokenizer with a token for each letter, and a few lines to learn.
const letters = ['<end>', ...'abcdefghijklmnopqrstuvwxyz', 'Ġ'];
const endToken = { id: 0, content: '<end>', special: true };
const tokenizer = tokenizerFromJson(
  JSON.stringify({
    added_tokens: [endToken],
    model: { type: 'BPE', vocab: Object.fromEntries(letters.map((letter, id) => [letter, id])), merges: [] },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
    decoder: { type: 'ByteLevel' },
  }),
);
const lines = ['the cat sleeps', 'the dog runs', 'a bird sings'];

/** Trains the layer, makes a model of it, and returns the files that it saves. */
export async function trainAndSave() {
  await ready();
  const weights = init(layer, { seed: 1 });
  const documents = lines.map(line => tokenizer.encode(line).ids);
  const batches = packDocuments(documents, { length: 16, batch: 3, eosTokenId: 0 });
  const run = train({
    layer,
    weights,
    loss: languageModelLoss(layer),
    batches,
    steps: 40,
    learningRate: 0.02,
    optimizer: adamW(),
  });
  for await (const _ of run);
  using model = asModel(layer, {
    weights,
    tokenizer,
    config: { max_position_embeddings: 64, eos_token_id: 0 },
    chatTemplate: '{{ messages[0].content }}',
  });
  return await model.save();
}

/** What the saved model answers. */
export async function answer(files: Awaited<ReturnType<typeof trainAndSave>>, content: string): Promise<string> {
  using model = await loadModel(files, { layer });
  const { text } = await model.chat([{ role: 'user', content }], { temperature: 0, maxNewTokens: 16 }).result();
  return text;
}

if (process.argv[1]?.endsWith('composed.ts')) console.log(await answer(await trainAndSave(), 'the c')); // 'at sleeps'
