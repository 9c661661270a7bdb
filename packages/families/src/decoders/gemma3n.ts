import { keyGivingAttention, keyReadingAttention, type SelfAttentionOptions } from '@residual/attention';
import { rmsNorm, unitNorm } from '@residual/layers';
import { type AnyActivation, gatedMlp, gaussianTopK } from '@residual/mlp';
import { reshape, type Tensor } from '@residual/tensor';
import { type Config, ConfigReader } from '../config/config.js';
import { localRotary, rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { capOf, causalModel, softCap } from '../parts/causal-model.js';
import { causalMask, layerTypes, windowOf } from '../parts/layer-types.js';
import {
  llamaAttention,
  llamaEnds,
  llamaLayout,
  llamaMlp,
  moduleNames,
  queryKeyNorms,
  sandwichNorms,
} from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf } from '../parts/sizes.js';
import { altUp, altUpBlock, altUpDecoder, laurel, layerInputs } from './gemma3n-parts.js';

/**
 * Gemma 3n (Google 2025), its text model: several residual streams, inputs of each layer, layers that share keys and
 * values, and sparse activations.
 */
export const gemma3n: Family<CausalComposition> = {
  name: 'gemma3n',
  modelTypes: ['gemma3n_text'],
  architectures: ['Gemma3nForCausalLM', 'Gemma3nTextModel'],
  compose: (fields, options) => {
    const { config, hiddenDims } = withHiddenDims(fields);
    const sizes = sizesOf(config);
    const { modelDim, depth, vocab } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const streams = config.size('altup_num_inputs', 4, 64);
    const active = config.count('altup_active_idx', 0);
    if (active >= streams) config.refuse('altup_active_idx', active, `below altup_num_inputs, ${streams}`);
    const scalesOutput = config.flag('altup_correct_scale', true);
    const layerDim = config.size('hidden_size_per_layer_input', 256);
    const activation = config.activation('hidden_activation', 'gelu_pytorch_tanh');
    const mlpOf = mlps(config, { modelDim, hiddenDims: hiddenDims(depth), activation });
    const attentionOf = attentions(config, sizes, epsilon);
    const shared = {
      altUp: altUp({ modelDim, streams, active, epsilon, scalesOutput }),
      laurel: laurel({ modelDim, rank: config.size('laurel_rank', 64), norm }),
      ...{ norm, modelDim, layerDim, activation },
    };
    const inputs = layerInputs({
      vocab: config.size('vocab_size_per_layer_input', 262144),
      ...{ modelDim, depth, layerDim, epsilon },
      padTokenId: paddingOf(config, vocab),
    });
    const blocks = Array.from({ length: depth }, (_, i) => altUpBlock({ ...shared, ...attentionOf(i), mlp: mlpOf(i) }));
    config.expectValue('use_bidirectional_attention', false);
    return causalModel(config, options, {
      sizes,
      decoder: altUpDecoder({ blocks, norm, modelDim, streams, inputs }),
      tied: true,
      embeddingScale: Math.sqrt(modelDim),
      onLogits: softCap(capOf(config, 'final_logit_softcapping', 30)),
      ignored,
    });
  },
  ...llamaLayout,
  // Files have these of layers that share keys and values too, and the scale where it is not used.
  buffers: [
    ...llamaLayout.buffers,
    { name: /(^|\.)layers\.\d+\.self_attn\.(k_proj|v_proj|k_norm|v_norm)\.(weight|bias)$/ },
    { name: /(^|\.)layers\.\d+\.altup\.correct_output_scale$/ },
  ],
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...{ ...sandwichNorms, ...llamaAttention, ...queryKeyNorms, ...llamaMlp },
      'altup.modality_router': 'altUp.router',
      'altup.router_norm': 'altUp.routerNorm',
      'altup.prediction_coefs': 'altUp.prediction',
      'altup.correction_coefs': 'altUp.correction',
      'laurel.linear_left': 'laurel.down',
      'laurel.linear_right': 'laurel.up',
      'laurel.post_laurel_norm': 'laurel.norm',
      per_layer_input_gate: 'perLayer.gate',
      per_layer_projection: 'perLayer.projection',
      post_per_layer_input_norm: 'perLayer.norm',
    }),
    { checkpointName: 'layers.*.altup.correct_output_scale', path: 'decoder.layers.*.altUp.outputScale' },
    .../* @__PURE__ */ moduleNames(
      {
        embed_tokens_per_layer: 'perLayer.embedding',
        per_layer_model_projection: 'perLayer.projection',
        per_layer_projection_norm: 'perLayer.norm',
        'altup_projections.*': 'expand.*',
        'altup_unembed_projections.*': 'collapse.*',
      },
      { checkpoint: '', tree: 'decoder.' },
    ),
  ],
  hiddenStatePaths: depth => [
    'decoder.streams',
    ...Array.from({ length: depth }, (_, i) => `decoder.layers.${i}.streams`),
  ],
};

/** Settings of how the reference computes, and the bound that it keeps weights in while it trains. */
const ignored = ['cache_implementation', 'altup_coef_clip'];

/** The reader of a config that has one width of the MLPs or one for each layer, and those widths. */
function withHiddenDims(fields: Config) {
  const given = fields.intermediate_size;
  if (!Array.isArray(given)) {
    const config = new ConfigReader('gemma3n', fields);
    const width = config.size('intermediate_size', 16384);
    return { config, hiddenDims: (depth: number) => Array.from({ length: depth }, () => width) };
  }
  const config = new ConfigReader('gemma3n', { ...fields, intermediate_size: given[0] });
  return {
    config,
    hiddenDims: (depth: number): readonly number[] => {
      const fits = given.length === depth && given.every(width => Number.isInteger(width) && width > 0);
      return fits ? given : config.refuse('intermediate_size', given, `a size, or ${depth} of them`);
    },
  };
}

function sizesOf(config: ConfigReader): DecoderSizes {
  return decoderSizes(config, {
    modelDim: 2048,
    hiddenDim: 16384,
    depth: 35,
    heads: 8,
    kvHeads: 2,
    headDim: 256,
    maxPositions: 32768,
    vocab: 262400,
  });
}

/** The id of the padding token where it is one of the vocabulary. */
function paddingOf(config: ConfigReader, vocab: number): number | undefined {
  const id = config.tokenId('pad_token_id');
  return id !== undefined && id >= 0 && id < vocab ? id : undefined;
}

/** The MLP of each layer; equal ones are one. */
function mlps(
  config: ConfigReader,
  {
    modelDim,
    hiddenDims,
    activation,
  }: { readonly modelDim: number; readonly hiddenDims: readonly number[]; readonly activation: AnyActivation },
) {
  const depth = hiddenDims.length;
  const sparse = depth > 10 ? 10 : 0;
  const value = config.value('activation_sparsity_pattern') ?? hiddenDims.map((_, i) => (i < sparse ? 0.95 : 0));
  const isShare = (share: unknown) => typeof share === 'number' && share >= 0 && share < 1;
  const pattern: readonly number[] =
    Array.isArray(value) && value.length === depth && value.every(isShare)
      ? value
      : config.refuse('activation_sparsity_pattern', value, `a list of ${depth} numbers from 0 to below 1`);
  return once(
    i => `${hiddenDims[i]} ${pattern[i]}`,
    i => {
      const [hiddenDim, sparsity] = [hiddenDims[i]!, pattern[i]!];
      const cut = sparsity > 0 ? gaussianTopK({ sparsity, activation }) : activation;
      return gatedMlp({ modelDim, hiddenDim, activation: cut });
    },
  );
}

/** The attention of each layer, and whose keys and values it reads; equal ones are one. */
function attentions(config: ConfigReader, sizes: DecoderSizes, epsilon: number) {
  const { depth, headDim } = sizes;
  const types = layerTypes(config, {
    depth,
    types: ['full_attention', 'sliding_attention'] as const,
    otherwise: i => ((i + 1) % 5 === 0 ? 'full_attention' : 'sliding_attention'),
  });
  const sharing = config.count('num_kv_shared_layers', 15);
  const own = types.slice(0, Math.max(depth - sharing, 0));
  const lacking = sharing > 0 && (sharing > depth || types.some(type => !own.includes(type)));
  if (lacking) config.refuse('num_kv_shared_layers', sharing, 'few enough that a layer of each kind has its own keys');
  const full = rotaryOf(config, { ...sizes, layerType: 'full_attention', base: 1_000_000 });
  const local = rotaryOf(localRotary(config, 'gemma3n'), { ...sizes, layerType: 'sliding_attention' });
  const window = windowOf(config, 512);
  if (window === undefined && types.includes('sliding_attention'))
    config.refuse('sliding_window', null, 'a size, since layers slide');
  const headNorm = rmsNorm({ dim: headDim, epsilon });
  const common = {
    ...headsOf(sizes),
    bias: config.flag('attention_bias', false),
    scale: 1,
    queryNorm: headNorm,
    dropout: config.dropout('attention_dropout'),
  };
  const onProjected = valueNorm(headDim, epsilon);
  const settings = (type: (typeof types)[number]): SelfAttentionOptions =>
    type === 'full_attention'
      ? { ...common, mask: causalMask(undefined), positionEncoding: full }
      : { ...common, mask: causalMask(window), positionEncoding: local };
  const reading = once(
    i => types[i]!,
    i => keyReadingAttention(settings(types[i]!)),
  );
  const giving = once(
    i => types[i]!,
    i => keyGivingAttention({ ...settings(types[i]!), keyNorm: headNorm, onProjected }),
  );
  return (i: number) => {
    const type = types[i]!;
    const source = own.lastIndexOf(type);
    return i < own.length
      ? { attention: giving(i), isRead: i === source && types.lastIndexOf(type) >= own.length }
      : { attention: reading(i), isRead: false, reads: source };
  };
}

/** A norm without weights on each head of the values, [batch, length, kvHeads · headDim] to the same. */
function valueNorm(headDim: number, epsilon: number) {
  const norm = unitNorm({ dim: headDim, epsilon });
  return (x: Tensor, name: 'query' | 'key' | 'value'): Tensor => {
    if (name !== 'value') return x;
    const [batch, length, width] = x.shape as [number, number, number];
    return reshape(norm({}, reshape(x, [batch, length, width / headDim, headDim])), x.shape);
  };
}

/** Makes one value for each key, on the first call with it. */
function once<Value>(keyOf: (i: number) => string, make: (i: number) => Value): (i: number) => Value {
  const made = new Map<string, Value>();
  return i => {
    const key = keyOf(i);
    const value = made.get(key) ?? make(i);
    made.set(key, value);
    return value;
  };
}
