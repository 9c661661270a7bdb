import { causal, selfAttention } from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { gatedExperts, gatedMlp, mixtureOfExperts, softmaxRouter } from '@residual/mlp';
import { selectiveStateSpace } from '@residual/sequence';
import { languageModel, stack, type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';

/** Jamba (Lieber et al. 2024): Mamba with norms on steps, B and C, some attention without positions, and experts. */
export const jamba: Family<CausalComposition> = {
  name: 'jamba',
  modelTypes: ['jamba'],
  architectures: ['JambaForCausalLM', 'JambaModel'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('jamba', fields);
    const modelDim = config.size('hidden_size', 4096);
    const vocab = config.size('vocab_size', 65536);
    const depth = config.depth('num_hidden_layers', 32);
    const heads = config.size('num_attention_heads', 32);
    const maxPositions = config.maxPositions('max_position_embeddings', 262144);
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const attention = selfAttention({
      ...{ modelDim, heads },
      kvHeads: config.size('num_key_value_heads', 8),
      mask: causal(),
      bias: false,
      dropout: config.dropout('attention_dropout'),
    });
    const stateSpace = stateSpaceOf(config, { modelDim, epsilon });
    const mlps = mlpsOf(config, modelDim);
    const isAt = (name: string, period: number, offset: number) => {
      const [every, first] = [config.size(`${name}_period`, period), config.count(`${name}_offset`, offset)];
      return (i: number) => i % every === first;
    };
    const [hasAttention, hasExperts] = [isAt('attn_layer', 8, 4), isAt('expert_layer', 2, 1)];
    const blocks = Array.from({ length: depth }, (_, i) =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({
        norm,
        attention: hasAttention(i) ? attention : stateSpace,
        mlp: hasExperts(i) ? mlps.experts : mlps.dense,
      }),
    );
    const tied = config.flag('tie_word_embeddings', false);
    config.refuseUnread([...harmless, ...(ignoreConfig ?? [])]);
    const model = languageModel({
      embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId: config.tokenId('pad_token_id') }),
      decoder: stack({ block: blocks, norm }),
      head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
    });
    return { kind: 'causal-lm', model, maxPositions, openEnded: true, depth, heads };
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'layers.*.input_layernorm.weight', path: 'decoder.layers.*.attentionNorm.weight' },
    { checkpointName: 'layers.*.self_attn.q_proj.weight', path: 'decoder.layers.*.attention.query.weight' },
    { checkpointName: 'layers.*.self_attn.k_proj.weight', path: 'decoder.layers.*.attention.key.weight' },
    { checkpointName: 'layers.*.self_attn.v_proj.weight', path: 'decoder.layers.*.attention.value.weight' },
    {
      checkpointName: 'layers.*.self_attn.o_proj.weight',
      path: 'decoder.layers.*.attention.output.weight',
      requires: 'decoder.layers.*.attention.query.weight',
    },
    { checkpointName: 'layers.*.mamba.in_proj.weight', path: 'decoder.layers.*.attention.input.weight' },
    { checkpointName: 'layers.*.mamba.in_proj.bias', path: 'decoder.layers.*.attention.input.bias' },
    {
      checkpointName: 'layers.*.mamba.conv1d.weight',
      path: 'decoder.layers.*.attention.convolution.weight',
      unitAxis: 1,
    },
    { checkpointName: 'layers.*.mamba.conv1d.bias', path: 'decoder.layers.*.attention.convolution.bias' },
    { checkpointName: 'layers.*.mamba.x_proj.weight', path: 'decoder.layers.*.attention.parameters.weight' },
    { checkpointName: 'layers.*.mamba.dt_proj.weight', path: 'decoder.layers.*.attention.step.weight' },
    { checkpointName: 'layers.*.mamba.dt_proj.bias', path: 'decoder.layers.*.attention.stepBias' },
    { checkpointName: 'layers.*.mamba.dt_layernorm.weight', path: 'decoder.layers.*.attention.stepNorm.weight' },
    { checkpointName: 'layers.*.mamba.b_layernorm.weight', path: 'decoder.layers.*.attention.inputNorm.weight' },
    { checkpointName: 'layers.*.mamba.c_layernorm.weight', path: 'decoder.layers.*.attention.outputNorm.weight' },
    { checkpointName: 'layers.*.mamba.A_log', path: 'decoder.layers.*.attention.logRates' },
    { checkpointName: 'layers.*.mamba.D', path: 'decoder.layers.*.attention.skip' },
    { checkpointName: 'layers.*.mamba.out_proj.weight', path: 'decoder.layers.*.attention.output.weight' },
    { checkpointName: 'layers.*.mamba.out_proj.bias', path: 'decoder.layers.*.attention.output.bias' },
    { checkpointName: 'layers.*.pre_ff_layernorm.weight', path: 'decoder.layers.*.mlpNorm.weight' },
    { checkpointName: 'layers.*.feed_forward.router.weight', path: 'decoder.layers.*.mlp.router.weight' },
    {
      checkpointName: 'layers.*.feed_forward.experts.#.gate_proj.weight',
      path: 'decoder.layers.*.mlp.experts.gate.weight',
    },
    {
      checkpointName: 'layers.*.feed_forward.experts.#.up_proj.weight',
      path: 'decoder.layers.*.mlp.experts.up.weight',
    },
    {
      checkpointName: 'layers.*.feed_forward.experts.#.down_proj.weight',
      path: 'decoder.layers.*.mlp.experts.down.weight',
    },
    { checkpointName: 'layers.*.feed_forward.gate_proj.weight', path: 'decoder.layers.*.mlp.gate.weight' },
    { checkpointName: 'layers.*.feed_forward.up_proj.weight', path: 'decoder.layers.*.mlp.up.weight' },
    { checkpointName: 'layers.*.feed_forward.down_proj.weight', path: 'decoder.layers.*.mlp.down.weight' },
    { checkpointName: 'final_layernorm.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: [],
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

function stateSpaceOf(config: ConfigReader, { modelDim, epsilon }: { modelDim: number; epsilon: number }) {
  const stateDim = config.size('mamba_d_state', 16);
  const isAuto = (config.value('mamba_dt_rank') ?? 'auto') === 'auto';
  const stepRank = isAuto ? Math.ceil(modelDim / 16) : config.size('mamba_dt_rank');
  return selectiveStateSpace({
    ...{ modelDim, stateDim, stepRank },
    innerDim: config.size('mamba_expand', 2) * modelDim,
    kernelSize: config.size('mamba_d_conv', 4),
    activation: config.activation('hidden_act', 'silu'),
    bias: config.flag('mamba_proj_bias', false),
    convolutionBias: config.flag('mamba_conv_bias', true),
    stepNorm: rmsNorm({ dim: stepRank, epsilon }),
    inputNorm: rmsNorm({ dim: stateDim, epsilon }),
    outputNorm: rmsNorm({ dim: stateDim, epsilon }),
  });
}

/** The mlp of a block without experts, and the mixture of the others; one expert is none. */
function mlpsOf(
  config: ConfigReader,
  modelDim: number,
): { readonly dense: TensorLayer; readonly experts: TensorLayer } {
  const hiddenDim = config.size('intermediate_size', 14336);
  const activation = config.activation('hidden_act', 'silu');
  const experts = config.size('num_experts', 16);
  const topK = config.size('num_experts_per_tok', 2);
  const dense = gatedMlp({ modelDim, hiddenDim, activation });
  if (experts === 1) return { dense, experts: dense };
  return {
    dense,
    experts: mixtureOfExperts({
      router: softmaxRouter({ modelDim, experts, topK, normalize: false }),
      experts: gatedExperts({ modelDim, hiddenDim, experts, activation }),
    }),
  };
}

/** Fields of training and of other implementations. */
const harmless: readonly string[] = [
  ...['output_router_logits', 'router_aux_loss_coef', 'use_mamba_kernels', 'use_mambapy', 'use_associative_scan'],
  ...['num_logits_to_keep', 'calc_logits_for_entire_prompt', 'sliding_window', 'mamba_inner_layernorms'],
];
