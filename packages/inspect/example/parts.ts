/** Splits a logit of a small language model into what tokens, positions, heads and mlps add, and takes a head away. */
import '@residual/backend-cpu';
import { causal, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { ablate, attributeLogits, headScores, run } from '@residual/inspect';
import { init, layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, ready } from '@residual/tensor';
import { languageModel, stack, transformerBlock } from '@residual/transformer';

const [vocab, modelDim, maxPositions] = [24, 32, 16];
await ready();
const norm = layerNorm({ dim: modelDim });
const attention = selfAttention({ modelDim, heads: 4, mask: causal() });
const layer = languageModel({
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
  decoder: stack({ block: transformerBlock({ norm, attention, mlp: mlp({ modelDim }) }), depth: 2, norm }),
});
const model = { layer, weights: init(layer, { seed: 4 }) };

const ids = [3, 14, 15, 9, 2, 6, 3, 14];
const target = 15;
const { logit, components } = await attributeLogits(model, ids, { target, by: 'head' });
const sum = components.reduce((all, { contribution }) => all + contribution, 0);
console.log(`the logit of token ${target} is ${logit.toFixed(4)}; its parts add up to ${sum.toFixed(4)}:`);
const ordered = [...components].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
for (const { path, contribution } of ordered.slice(0, 8))
  console.log(`${contribution.toFixed(4).padStart(8)}  ${path}`);

const { induction } = await headScores(model, [ids.slice(0, 6), ids.slice(0, 6)].flat(), { period: 6 });
console.log('induction scores:', induction.map(heads => heads.map(score => score.toFixed(2)).join(' ')).join(' | '));

const logitWith = async (hooks: ReturnType<typeof ablate>[]) => {
  const result = run(model, ids, { hooks });
  const logits = await result.output.data();
  result.dispose();
  return logits[logits.length - vocab + target]!;
};
const without = ablate('decoder.layers.0.attention.headOutputs', { heads: [0], positions: [-1] });
console.log(`without head 0.0 at the last token it is ${(await logitWith([without])).toFixed(4)}`);
dispose(model.weights);
