import { causal, chunks, combineMasks, type Mask, selfAttention } from '@residual/attention';
import { positionTemperature } from '@residual/embeddings';
import { type PositionEncoding, rmsNorm, unitNorm } from '@residual/layers';
import { gatedExperts, gatedMlp, mixtureOfExperts, sigmoidInputRouter } from '@residual/mlp';
import { type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, expertCount } from '../parts/experts.js';
import { layersWithPositions, layerTypes } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * The language model of Llama 4 (Meta 2025): attention within chunks, some layers without positions that see all, norms
 * on queries and keys, and an expert whose input is scaled, beside a shared one.
 */
export const llama4: Family<CausalComposition> = {
  name: 'llama4_text',
  modelTypes: ['llama4_text'],
  architectures: ['Llama4ForCausalLM', 'Llama4TextModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('llama4_text', fields);
    const sizes = decoderSizes(config, {
      modelDim: 5120,
      hiddenDim: 8192,
      depth: 48,
      heads: 40,
      kvHeads: 8,
      headDim: 128,
      maxPositions: 131072,
      vocab: 202048,
    });
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: sizes.modelDim, epsilon });
    const hasPositions = layersWithPositions(config, sizes.depth);
    const rotary = rotaryOf(config, { ...sizes, base: 500_000, interleaved: true });
    const temperature = temperatureOf(config);
    const headNorm = config.flag('use_qk_norm', true) ? unitNorm({ dim: sizes.headDim, epsilon }) : undefined;
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const mlps = mlpsOf(config, sizes);
    const block = masksOf(config, hasPositions).map((mask, i) =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask,
          bias,
          positionEncoding: hasPositions[i] ? rotary : temperature,
          encodedQueryNorm: hasPositions[i] ? headNorm : undefined,
          encodedKeyNorm: hasPositions[i] ? headNorm : undefined,
          dropout,
        }),
        mlp: mlps[i]!,
      }),
    );
    const ignored = [...balancingFields, 'router_jitter_noise', 'for_llm_compressor'];
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      ...llamaAttention,
      'feed_forward.gate_proj': 'mlp.gate',
      'feed_forward.up_proj': 'mlp.up',
      'feed_forward.down_proj': 'mlp.down',
      'feed_forward.router': 'mlp.router',
      'feed_forward.shared_expert.gate_proj': 'mlp.shared.gate',
      'feed_forward.shared_expert.up_proj': 'mlp.shared.up',
      'feed_forward.shared_expert.down_proj': 'mlp.shared.down',
    }),
    {
      checkpointName: 'layers.*.feed_forward.experts.gate_up_proj',
      path: ['decoder.layers.*.mlp.experts.gate.weight', 'decoder.layers.*.mlp.experts.up.weight'],
      stacked: true,
      transposed: true,
    },
    {
      checkpointName: 'layers.*.feed_forward.experts.down_proj',
      path: 'decoder.layers.*.mlp.experts.down.weight',
      stacked: true,
      transposed: true,
    },
  ],
};

/** The temperature of layers without positions; undefined if the config turns it off. */
function temperatureOf(config: ConfigReader): PositionEncoding | undefined {
  const [strength, interval] = [config.number('attn_scale', 0.1), config.size('floor_scale', 8192)];
  if (!config.flag('attn_temperature_tuning', true)) return undefined;
  return positionTemperature({ strength, interval, firstPosition: 1, countsPadding: true });
}

/** The mask of each layer, from `layer_types`, or of chunks where a layer has positions. */
function masksOf(config: ConfigReader, hasPositions: readonly boolean[]): readonly Mask[] {
  const isNull = config.has('attention_chunk_size') && config.value('attention_chunk_size') === undefined;
  const size = isNull ? undefined : config.size('attention_chunk_size', 8192);
  const types = layerTypes(config, {
    depth: hasPositions.length,
    types: ['full_attention', 'chunked_attention'],
    otherwise: i => (hasPositions[i] && size !== undefined ? 'chunked_attention' : 'full_attention'),
  });
  return types.map(type => {
    if (type === 'full_attention') return causal();
    return combineMasks(causal(), chunks(size ?? config.refuse('attention_chunk_size', null, 'a size')));
  });
}

/** The mlp of each layer: experts in those that the config names, or in every so many. */
function mlpsOf(config: ConfigReader, { modelDim, hiddenDim, depth }: DecoderSizes): readonly TensorLayer[] {
  const activation = config.activation('hidden_act', 'silu');
  const experts = expertCount(config, 16);
  const topK = config.size('num_experts_per_tok', 1);
  const step = config.size('interleave_moe_layer_step', 1);
  const listed = config.value('moe_layers');
  if (listed !== undefined && !Array.isArray(listed)) return config.refuse('moe_layers', listed, 'a list of layers');
  const dense = gatedMlp({ modelDim, hiddenDim: config.size('intermediate_size_mlp', 16384), activation });
  const mixture = mixtureOfExperts({
    router: sigmoidInputRouter({ modelDim, experts, topK }),
    experts: gatedExperts({ modelDim, hiddenDim, experts, activation }),
    shared: gatedMlp({ modelDim, hiddenDim, activation }),
  });
  const isSparse = (i: number) => (listed ? listed.includes(i) : (i + 1) % step === 0);
  return Array.from({ length: depth }, (_, i): TensorLayer => (isSparse(i) ? mixture : dense));
}
