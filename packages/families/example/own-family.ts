/**
 * A custom family with rotary positions, layer norms and one fused matrix for gate and up. It goes from a config to
 * logits and back to checkpoint names.
 */
import { causal, selfAttention } from '@residual/attention';
import '@residual/backend-cpu';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { type CausalComposition, ConfigReader, type Family, familyOf, toCheckpoint } from '@residual/families';
import { flatten, init, layerNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { dense, dispose, ready, tensor } from '@residual/tensor';
import { languageModel, stack, transformerBlock } from '@residual/transformer';

const [blockPath, blockName] = ['decoder.layers.*', 'blocks.*'];

const lark: Family<CausalComposition> = {
  name: 'lark',
  modelTypes: ['lark'],
  architectures: ['LarkForCausalLM'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('lark', fields);
    const [modelDim, heads, depth] = [config.size('width'), config.size('heads'), config.size('depth')];
    const maxPositions = config.size('positions', 256);
    const norm = layerNorm({ dim: modelDim });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        modelDim,
        heads,
        mask: causal(),
        bias: false,
        positionEncoding: rotary({ headDim: modelDim / heads, storedPositions: maxPositions }),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim: config.size('hidden', 3 * modelDim) }),
    });
    const vocab = config.size('vocab');
    config.refuseUnread(ignoreConfig);
    const embedding = tokenEmbedding({ vocab, dim: modelDim });
    return {
      kind: 'causal-lm',
      model: languageModel({ embedding, decoder: stack({ block, depth, norm }) }),
      maxPositions,
      depth,
      heads,
    };
  },
  prefix: 'lark.',
  mappings: [
    { checkpointName: 'tokens.weight', path: 'embedding.weight' },
    ...['weight', 'bias'].flatMap(leaf => [
      { checkpointName: `${blockName}.norm1.${leaf}`, path: `${blockPath}.attentionNorm.${leaf}` },
      { checkpointName: `${blockName}.norm2.${leaf}`, path: `${blockPath}.mlpNorm.${leaf}` },
      { checkpointName: `final.${leaf}`, path: `decoder.norm.${leaf}` },
    ]),
    ...['query', 'key', 'value', 'output'].map(name => ({
      checkpointName: `${blockName}.attention.${name}.weight`,
      path: `${blockPath}.attention.${name}.weight`,
    })),
    {
      checkpointName: `${blockName}.mlp.in.weight`,
      path: [`${blockPath}.mlp.gate.weight`, `${blockPath}.mlp.up.weight`],
    },
    { checkpointName: `${blockName}.mlp.out.weight`, path: `${blockPath}.mlp.down.weight` },
  ],
  buffers: [],
  aliases: {},
};

const config = { model_type: 'lark', width: 12, heads: 3, depth: 2, vocab: 29 };
const family = familyOf(config, [lark]);
const { model } = family.compose(config);

await ready();
const weights = init(model, { seed: 1 });
const ids = tensor([7, 4, 11, 11, 14], [1, 5], 'int32');
const logits = model(weights, ids);
console.log(`logits [${logits.shape.join(', ')}]`);

const leaves = flatten(model, weights);
const file = await toCheckpoint(family, model, async path => (await dense(leaves.get(path)!).data()) as Float32Array);
for (const [name, { shape }] of file) console.log(`${name} [${shape.join(', ')}]`);
dispose([weights, ids, logits]);
