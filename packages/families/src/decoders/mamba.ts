import { tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { type SelectiveStateSpaceOptions, selectiveStateSpace } from '@residual/sequence';
import { languageModel, mixerBlock, stack } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, ComposeOptions, Family, WeightMapping } from '../family.js';
import { outputsOfBlocks } from '../parts/names.js';

/** Mamba (Gu and Dao 2023): blocks of one selective state space each, without attention. */
export const mamba: Family<CausalComposition> = {
  name: 'mamba',
  modelTypes: ['mamba'],
  architectures: ['MambaForCausalLM', 'MambaModel'],
  compose: (fields, options = {}) => composeMamba(new ConfigReader('mamba', fields), options, () => ({})),
  prefix: 'backbone.',
  mappings: /* @__PURE__ */ mambaMappings(),
  buffers: [],
  aliases: { 'backbone.embeddings.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
  hiddenStatePaths: depth => [...outputsOfBlocks(depth), 'decoder.output'],
};

/** The norms inside the mixers of a family with Mamba's blocks. */
type Norms = Pick<SelectiveStateSpaceOptions, 'stepNorm' | 'inputNorm' | 'outputNorm'>;

/** Composes a family with Mamba's blocks; `normsOf` gives the norms inside its mixers. */
export function composeMamba(
  config: ConfigReader,
  { ignoreConfig }: ComposeOptions,
  normsOf: (dims: { readonly stepRank: number; readonly stateDim: number }) => Norms,
): CausalComposition {
  const modelDim = config.size('hidden_size', 768);
  const depth = config.depth('num_hidden_layers', 32);
  const vocab = config.size('vocab_size', 50280);
  const stateDim = config.size('state_size', 16);
  const isAuto = (config.value('time_step_rank') ?? 'auto') === 'auto';
  const stepRank = isAuto ? Math.ceil(modelDim / 16) : config.size('time_step_rank');
  const norm = rmsNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
  const mixer = selectiveStateSpace({
    modelDim,
    innerDim: config.size('intermediate_size', config.number('expand', 2) * modelDim),
    stateDim,
    stepRank,
    kernelSize: config.size('conv_kernel', 4),
    activation: config.activation('hidden_act', 'silu'),
    bias: config.flag('use_bias', false),
    convolutionBias: config.flag('use_conv_bias', true),
    ...normsOf({ stepRank, stateDim }),
  });
  const tied = config.flag('tie_word_embeddings', true);
  config.refuseUnread([...harmless, ...(ignoreConfig ?? [])]);
  const model = languageModel({
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    decoder: stack({ block: mixerBlock({ norm, mixer }), depth, norm }),
    head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
  });
  return { kind: 'causal-lm', model, maxPositions: trainedPositions, openEnded: true, depth, heads: 0 };
}

/** Configs do not say how long the sequences of training were; those of the paper had 2,048 tokens. */
const trainedPositions = 2048;

/** Fields of initial values, of training and of other implementations. */
const harmless: readonly string[] = [
  ...['expand', 'rescale_prenorm_residual', 'residual_in_fp32', 'use_mambapy', 'use_associative_scan'],
  ...['time_step_floor', 'time_step_init_scheme', 'time_step_max', 'time_step_min', 'time_step_scale'],
  ...['d_inner', 'd_model', 'n_layer', 'fused_add_norm', 'pad_vocab_size_multiple', 'rms_norm', 'ssm_cfg'],
];

/** The tensors of a family with Mamba's blocks. */
export function mambaMappings(): WeightMapping[] {
  const mixer = (checkpointName: string, path: string, more: Partial<WeightMapping> = {}): WeightMapping => ({
    checkpointName: `layers.*.mixer.${checkpointName}`,
    path: `decoder.layers.*.mixer.${path}`,
    ...more,
  });
  return [
    { checkpointName: 'embeddings.weight', otherNames: ['embedding.weight'], path: 'embedding.weight' },
    { checkpointName: 'layers.*.norm.weight', path: 'decoder.layers.*.norm.weight' },
    mixer('in_proj.weight', 'input.weight'),
    mixer('in_proj.bias', 'input.bias'),
    mixer('conv1d.weight', 'convolution.weight', { unitAxis: 1 }),
    mixer('conv1d.bias', 'convolution.bias'),
    mixer('x_proj.weight', 'parameters.weight'),
    mixer('dt_proj.weight', 'step.weight'),
    mixer('dt_proj.bias', 'stepBias'),
    mixer('A_log', 'logRates'),
    mixer('D', 'skip'),
    mixer('out_proj.weight', 'output.weight'),
    mixer('out_proj.bias', 'output.bias'),
    { checkpointName: 'norm_f.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ];
}
