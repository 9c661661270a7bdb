import { causal, selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedExperts, gatedMlp, mixtureOfExperts, topKSoftmaxRouter } from '@residual/mlp';
import { stateSpaceDual } from '@residual/sequence';
import { type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import { stateSpaceFromConfig } from '../config/state-space.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, graniteExperts } from '../parts/experts.js';
import { layerTypes } from '../parts/layer-types.js';
import { llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf } from '../parts/sizes.js';
import { hybridAttention } from './hybrid-names.js';
import { stateSpaceDualMappings } from './state-space-dual-mappings.js';

/** Granite 4 (IBM 2025): the state spaces of Mamba 2, some attention, experts beside one shared mlp, and factors. */
export const graniteMoeHybrid: Family<CausalComposition> = {
  name: 'granitemoehybrid',
  modelTypes: ['granitemoehybrid'],
  architectures: ['GraniteMoeHybridForCausalLM', 'GraniteMoeHybridModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('granitemoehybrid', fields);
    const defaults = { modelDim: 4096, hiddenDim: 11008, depth: 32, heads: 32 };
    const sizes = decoderSizes(config, { ...defaults, maxPositions: 2048, vocab: 32000 });
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: sizes.modelDim, epsilon });
    const attention = attentionOf(config, sizes);
    const stateSpace = stateSpaceDual(stateSpaceFromConfig(config, { modelDim: sizes.modelDim, epsilon }));
    const types = layerTypes(config, {
      depth: sizes.depth,
      types: ['linear_attention', 'full_attention', 'mamba', 'attention'],
      otherwise: () => 'linear_attention',
    });
    const mlp = mlpOf(config, sizes);
    const residualScale = config.number('residual_multiplier', 1);
    const block = types.map(type =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({
        norm,
        attention: type === 'full_attention' || type === 'attention' ? attention : stateSpace,
        mlp,
        residualScale,
      }),
    );
    return causalModel(config, options, {
      ...{ sizes, block, norm, tied: false },
      embeddingScale: config.number('embedding_multiplier', 1),
      headScale: 1 / config.number('logits_scaling', 1),
      ignored: ['mamba_chunk_size', ...balancingFields, 'normalization_function', 'init_method'],
    });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames(llamaNorms),
    .../* @__PURE__ */ hybridAttention(),
    .../* @__PURE__ */ stateSpaceDualMappings('layers.*.mamba', 'decoder.layers.*.attention'),
    .../* @__PURE__ */ moduleNames(
      {
        'shared_mlp.input_linear': ['mlp.shared.gate', 'mlp.shared.up'],
        'shared_mlp.output_linear': 'mlp.shared.down',
      },
      { requires: 'decoder.layers.*.mlp.router.weight' },
    ),
    .../* @__PURE__ */ moduleNames({
      'shared_mlp.input_linear': ['mlp.gate', 'mlp.up'],
      'shared_mlp.output_linear': 'mlp.down',
    }),
    .../* @__PURE__ */ graniteExperts(),
  ],
};

/** Attention without positions unless the config asks for rotary ones, with a factor on the scores. */
function attentionOf(config: ConfigReader, sizes: DecoderSizes): TensorLayer {
  const isRotary = config.value('position_embedding_type') === 'rope';
  const positions = rotaryOf(config, sizes);
  return selfAttention({
    ...headsOf(sizes),
    mask: causal(),
    bias: config.flag('attention_bias', false),
    scale: config.number('attention_multiplier', 1),
    ...(isRotary && { positionEncoding: positions }),
    dropout: config.dropout('attention_dropout'),
  });
}

/** A mixture of experts beside a shared mlp, or that mlp alone. */
function mlpOf(config: ConfigReader, { modelDim, hiddenDim }: DecoderSizes): TensorLayer {
  const activation = config.activation('hidden_act', 'silu');
  const shared = gatedMlp({ modelDim, hiddenDim: config.size('shared_intermediate_size', 1024), activation });
  const experts = config.count('num_local_experts', 8);
  const topK = config.count('num_experts_per_tok', 2);
  if (experts === 0) return shared;
  return mixtureOfExperts({
    router: topKSoftmaxRouter({ modelDim, experts, topK }),
    experts: gatedExperts({ modelDim, hiddenDim, experts, activation }),
    shared,
  });
}
