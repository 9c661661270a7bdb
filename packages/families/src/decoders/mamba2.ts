import { tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { gateThenNorm, groupedRmsNorm, stateSpaceDual } from '@residual/sequence';
import { languageModel, mixerBlock, stack } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { stepLimitOf } from '../config/step-limit.js';
import type { CausalComposition, Family } from '../family.js';
import { outputsOfBlocks } from '../parts/names.js';
import { stateSpaceDualMappings } from './state-space-dual-mappings.js';

/** Mamba 2 (Dao and Gu 2024): blocks of one state space with heads each, without attention. */
export const mamba2: Family<CausalComposition> = {
  name: 'mamba2',
  modelTypes: ['mamba2'],
  architectures: ['Mamba2ForCausalLM', 'Mamba2Model'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('mamba2', fields);
    const modelDim = config.size('hidden_size', 4096);
    const depth = config.depth('num_hidden_layers', 64);
    const vocab = config.size('vocab_size', 32768);
    const heads = config.size('num_heads', 128);
    const headDim = config.size('head_dim', 64);
    const groups = config.size('n_groups', 8);
    const epsilon = config.number('layer_norm_epsilon', 1e-5);
    const expand = config.number('expand', 2);
    if (expand * modelDim !== heads * headDim)
      config.refuse('expand', expand, `${heads} heads of width ${headDim} over hidden_size ${modelDim}`);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const mixer = stateSpaceDual({
      ...{ modelDim, heads, headDim, groups },
      stateDim: config.size('state_size', 128),
      kernelSize: config.size('conv_kernel', 4),
      activation: config.activation('hidden_act', 'silu'),
      bias: config.flag('use_bias', false),
      convolutionBias: config.flag('use_conv_bias', true),
      stepLimit: stepLimitOf(config),
      norm: gateThenNorm({ norm: groupedRmsNorm({ dim: heads * headDim, groups, epsilon }) }),
    });
    const tied = config.flag('tie_word_embeddings', false);
    config.refuseUnread([...harmless, ...(ignoreConfig ?? [])]);
    const model = languageModel({
      embedding: tokenEmbedding({ vocab, dim: modelDim }),
      decoder: stack({ block: mixerBlock({ norm, mixer }), depth, norm }),
      head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
    });
    return { kind: 'causal-lm', model, maxPositions: trainedPositions, openEnded: true, depth, heads: 0 };
  },
  prefix: 'backbone.',
  mappings: [
    { checkpointName: 'embeddings.weight', otherNames: ['embedding.weight'], path: 'embedding.weight' },
    { checkpointName: 'layers.*.norm.weight', path: 'decoder.layers.*.norm.weight' },
    .../* @__PURE__ */ stateSpaceDualMappings('layers.*.mixer', 'decoder.layers.*.mixer'),
    { checkpointName: 'norm_f.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: [],
  aliases: { 'backbone.embeddings.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
  hiddenStatePaths: depth => [...outputsOfBlocks(depth), 'decoder.output'],
};

/** Configs do not say how long the sequences of training were; those of the paper had 2,048 tokens. */
const trainedPositions = 2048;

/** Fields of initial values, of training and of other implementations. */
const harmless: readonly string[] = [
  ...['chunk_size', 'rescale_prenorm_residual', 'residual_in_fp32', 'norm_before_gate', 'rms_norm'],
  ...['time_step_floor', 'time_step_max', 'time_step_min', 'time_step_rank'],
];
