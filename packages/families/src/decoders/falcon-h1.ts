import { causal, selfAttention } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { bind, layer, linear, rmsNorm, table } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import {
  gateThenNorm,
  groupedRmsNorm,
  normThenGate,
  type StateSpaceDualOptions,
  stateSpaceDual,
} from '@residual/sequence';
import { add, mul, silu, type Tensor } from '@residual/tensor';
import { languageModel, stack, type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import { stateSpaceFromConfig } from '../config/state-space.js';
import type { CausalComposition, Family } from '../family.js';
import { stateSpaceDualMappings } from './state-space-dual-mappings.js';

/** Falcon-H1 (TII 2025): attention and a state space side by side in each block, with factors on nearly every part. */
export const falconH1: Family<CausalComposition> = {
  name: 'falcon_h1',
  modelTypes: ['falcon_h1'],
  architectures: ['FalconH1ForCausalLM', 'FalconH1Model'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('falcon_h1', fields);
    const modelDim = config.size('hidden_size', 4096);
    const vocab = config.size('vocab_size', 128000);
    const depth = config.depth('num_hidden_layers', 32);
    const heads = config.size('num_attention_heads', 32);
    const maxPositions = config.maxPositions('max_position_embeddings', 8192);
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const block = transformerBlock({
      norm,
      attention: sideBySide(config, {
        attention: attentionOf(config, { modelDim, heads, maxPositions }),
        stateSpace: stateSpaceOf(config, { modelDim, epsilon }),
      }),
      mlp: mlpOf(config, modelDim),
    });
    const tied = config.flag('tie_word_embeddings', false);
    const headScale = config.number('lm_head_multiplier', 1);
    const scale = config.number('embedding_multiplier', 1);
    config.refuseUnread(['mamba_expand', 'mamba_chunk_size', 'num_logits_to_keep', ...(ignoreConfig ?? [])]);
    const model = languageModel({
      embedding: tokenEmbedding({ vocab, dim: modelDim, scale, padTokenId: config.tokenId('pad_token_id') }),
      decoder: stack({ block, depth, norm }),
      head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
      headScale,
    });
    return { kind: 'causal-lm', model, maxPositions, openEnded: true, depth, heads };
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'layers.*.input_layernorm.weight', path: 'decoder.layers.*.attentionNorm.weight' },
    { checkpointName: 'layers.*.self_attn.q_proj.weight', path: 'decoder.layers.*.attention.attention.query.weight' },
    { checkpointName: 'layers.*.self_attn.q_proj.bias', path: 'decoder.layers.*.attention.attention.query.bias' },
    { checkpointName: 'layers.*.self_attn.k_proj.weight', path: 'decoder.layers.*.attention.attention.key.weight' },
    { checkpointName: 'layers.*.self_attn.k_proj.bias', path: 'decoder.layers.*.attention.attention.key.bias' },
    { checkpointName: 'layers.*.self_attn.v_proj.weight', path: 'decoder.layers.*.attention.attention.value.weight' },
    { checkpointName: 'layers.*.self_attn.v_proj.bias', path: 'decoder.layers.*.attention.attention.value.bias' },
    { checkpointName: 'layers.*.self_attn.o_proj.weight', path: 'decoder.layers.*.attention.attention.output.weight' },
    { checkpointName: 'layers.*.self_attn.o_proj.bias', path: 'decoder.layers.*.attention.attention.output.bias' },
    .../* @__PURE__ */ stateSpaceDualMappings(
      'layers.*.mamba',
      'decoder.layers.*.attention.stateSpace',
      'input.linear',
    ),
    { checkpointName: 'layers.*.pre_ff_layernorm.weight', path: 'decoder.layers.*.mlpNorm.weight' },
    { checkpointName: 'layers.*.feed_forward.gate_proj.weight', path: 'decoder.layers.*.mlp.gate.weight' },
    { checkpointName: 'layers.*.feed_forward.up_proj.weight', path: 'decoder.layers.*.mlp.up.weight' },
    { checkpointName: 'layers.*.feed_forward.down_proj.weight', path: 'decoder.layers.*.mlp.down.weight' },
    { checkpointName: 'final_layernorm.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: [{ name: /(^|\.)mup_vector$/ }],
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/** The sum of an attention and a state space of the same input, each with factors. */
function sideBySide(config: ConfigReader, parts: { attention: TensorLayer; stateSpace: TensorLayer }) {
  const attentionIn = config.number('attention_in_multiplier', 1);
  const attentionOut = config.number('attention_out_multiplier', 1);
  const stateSpaceOut = config.number('ssm_out_multiplier', 1);
  const { inDim, outDim } = parts.attention.about;
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const { attention, stateSpace } = bind(parts, w as never, scope);
      return add(mul(stateSpace(x), stateSpaceOut), mul(attention(mul(x, attentionIn)), attentionOut));
    },
    { name: 'sideBySide', ...(inDim && { inDim }), ...(outDim && { outDim }) },
  );
}

/** Attention whose keys have a factor, which is one on the scores. */
function attentionOf(config: ConfigReader, sizes: { modelDim: number; heads: number; maxPositions: number }) {
  const { modelDim, heads, maxPositions } = sizes;
  const headDim = config.size('head_dim', modelDim / heads);
  return selfAttention({
    ...{ modelDim, heads, headDim },
    kvHeads: config.size('num_key_value_heads', 8),
    mask: causal(),
    bias: config.flag('attention_bias', false),
    scale: config.number('key_multiplier', 1) / Math.sqrt(headDim),
    positionEncoding: rotary({ headDim, storedPositions: maxPositions, ...rotaryFromConfig(config, maxPositions) }),
    dropout: config.dropout('attention_dropout'),
  });
}

/** A state space whose projection has a factor for each of its five parts, and whose norm may be missing. */
function stateSpaceOf(config: ConfigReader, { modelDim, epsilon }: { modelDim: number; epsilon: number }) {
  const settings = stateSpaceFromConfig(config, { modelDim, epsilon });
  const { heads, headDim = 0, groups = 1, stateDim = 0, bias = false } = settings;
  const innerDim = heads * headDim;
  const widths = [innerDim, innerDim, groups * stateDim, groups * stateDim, heads];
  const factors = factorsOf(config, 'ssm_multipliers', 5);
  const scale = config.number('ssm_in_multiplier', 1);
  const width = widths.reduce((sum, part) => sum + part);
  const multipliers = table([width], () =>
    Float32Array.from(widths.flatMap((part, i) => Array<number>(part).fill(scale * factors[i]!))),
  );
  const projection = linear({ in: modelDim, out: width, bias });
  if (bias && scale !== 1) config.refuse('mamba_proj_bias', bias, 'false where ssm_in_multiplier is not 1');
  const input = layer(
    { linear: projection, multipliers },
    (w, x: Tensor, scope) => mul(projection(w.linear, x, scope.at('linear')), w.multipliers),
    { name: 'scaledLinear', inDim: modelDim, outDim: width },
  );
  return stateSpaceDual({
    ...settings,
    bias: config.flag('projectors_bias', false),
    input,
    norm: normOf(config, { innerDim, groups, epsilon }),
  });
}

function normOf(
  config: ConfigReader,
  { innerDim, groups, epsilon }: { innerDim: number; groups: number; epsilon: number },
): StateSpaceDualOptions['norm'] {
  const isBefore = config.flag('mamba_norm_before_gate', true);
  if (!config.flag('mamba_rms_norm', false)) return normThenGate({});
  const norm = groupedRmsNorm({ dim: innerDim, groups, epsilon });
  return isBefore ? normThenGate({ norm }) : gateThenNorm({ norm });
}

/** A gated mlp with a factor on its gate and one on its output, which the linear map of the output lets through. */
function mlpOf(config: ConfigReader, modelDim: number) {
  const [gateFactor, outputFactor] = factorsOf(config, 'mlp_multipliers', 2) as [number, number];
  config.expectValue('mlp_bias', false);
  config.expectValue('hidden_act', 'silu');
  return gatedMlp({
    modelDim,
    hiddenDim: config.size('intermediate_size', 14336),
    activation: x => mul(silu(mul(x, gateFactor)), outputFactor),
  });
}

function factorsOf(config: ConfigReader, name: string, count: number): readonly number[] {
  const value = config.value(name) ?? Array<number>(count).fill(1);
  if (Array.isArray(value) && value.length === count && value.every(each => Number.isFinite(each))) return value;
  return config.refuse(name, value, `${count} numbers`);
}
