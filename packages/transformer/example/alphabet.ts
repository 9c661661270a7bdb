/**
 * Trains a transformer of two blocks on the alphabet, saves and loads it, and generates letters one by one with a
 * cache.
 */
import { Cache, causal, selfAttention } from '@residual/attention';
import '@residual/backend-wasm';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { countParameters, flatten, init, layerNorm, load, save, unflatten, type Weights } from '@residual/layers';
import { mlp } from '@residual/mlp';
import {
  argMax,
  crossEntropy,
  dense,
  dispose,
  gradients,
  mean,
  mul,
  ready,
  reshape,
  sub,
  tensor,
  tidy,
} from '@residual/tensor';
import { languageModel, stack, transformerBlock } from '@residual/transformer';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const [modelDim, batch, length] = [24, 4, 8];
const norm = layerNorm({ dim: modelDim });
const model = languageModel({
  embedding: tokenEmbedding({ vocab: letters.length, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions: 32, dim: modelDim }),
  decoder: stack({
    block: transformerBlock({
      norm,
      attention: selfAttention({ modelDim, heads: 3, mask: causal() }),
      mlp: mlp({ modelDim, hiddenDim: 48 }),
    }),
    depth: 2,
    norm,
  }),
});

/** The weights after one step of gradient descent. */
const descend = (weights: Weights<typeof model>, gradient: ReturnType<typeof lossOf>['gradients'], rate: number) => {
  const gradientOf = flatten(model, gradient);
  const next = [...flatten(model, weights)].map(
    ([path, leaf]) => [path, tidy(() => sub(dense(leaf), mul(dense(gradientOf.get(path)!), rate)))] as const,
  );
  return unflatten(model, new Map(next));
};

/** The mean loss over sequences of the alphabet that begin at `starts`, and its gradient. */
const lossOf = (weights: Weights<typeof model>, starts: readonly number[]) => {
  const row = (start: number, shift: number) => Array.from({ length }, (_, i) => (start + i + shift) % letters.length);
  const ids = tensor(
    starts.flatMap(start => row(start, 0)),
    [batch, length],
    'int32',
  );
  const labels = tensor(
    starts.flatMap(start => row(start, 1)),
    [batch * length],
    'int32',
  );
  const loss = gradients(
    () => mean(crossEntropy(reshape(model(weights, ids), [batch * length, letters.length]), labels)),
    weights,
  );
  dispose([ids, labels]);
  return loss;
};

await ready();
let weights = init(model, { seed: 1 });
console.log(`${countParameters(model)} weights`);
for (let step = 0; step <= 300; step++) {
  const starts = Array.from({ length: batch }, (_, i) => (7 * step + 5 * i) % letters.length);
  const loss = lossOf(weights, starts);
  if (step % 50 === 0) console.log(`step ${step}: loss ${(await loss.value.data())[0]!.toFixed(3)}`);
  const next = descend(weights, loss.gradients, 0.5);
  dispose([weights, loss]);
  weights = next;
}

const file = await save(model, weights);
dispose(weights);
const loaded = await load(model, file);
const cache = new Cache({ maxPositions: 32 });
let text = 'h';
while (text.length < 19) {
  const last = tensor([letters.indexOf(text.at(-1)!)], [1, 1], 'int32');
  const chosen = cache.step(1, scope => argMax(model(loaded, last, scope)));
  text += letters[(await chosen.data())[0]!];
  dispose([last, chosen]);
}
console.log(`${file.length} bytes; generated ${text}`);
cache.dispose();
dispose(loaded);
