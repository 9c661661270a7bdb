import type { Family, WeightMapping } from '../family.js';
import { rotaryBuffers } from './buffers.js';

/** Settings of names, beside the names themselves. */
export interface NameOptions extends Omit<WeightMapping, 'checkpointName' | 'path'> {
  /** What precedes the names in the checkpoint; `layers.*.` if absent. */
  readonly checkpoint?: string;
  /** What precedes the paths; `decoder.layers.*.` if absent. */
  readonly tree?: string;
}

/**
 * Mappings of modules by their names in a checkpoint, each for its weight and its bias: one path, or several for a
 * module that holds several side by side.
 */
export function moduleNames(
  modules: Readonly<Record<string, string | readonly string[]>>,
  { checkpoint = 'layers.*.', tree = 'decoder.layers.*.', ...settings }: NameOptions = {},
): WeightMapping[] {
  return Object.entries(modules).flatMap(([name, path]) =>
    ['weight', 'bias'].map(leaf => {
      const paths = [path].flat().map(each => `${tree}${each}.${leaf}`);
      const alone = paths.length === 1 ? paths[0]! : paths;
      return { ...settings, checkpointName: `${checkpoint}${name}.${leaf}`, path: alone };
    }),
  );
}

/** The names of Llama outside its blocks. */
export const llamaEnds: readonly WeightMapping[] = [
  { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
  { checkpointName: 'norm.weight', path: 'decoder.norm.weight' },
  { checkpointName: 'norm.bias', path: 'decoder.norm.bias' },
  { checkpointName: '/lm_head.weight', path: 'head.weight' },
  { checkpointName: '/lm_head.bias', path: 'head.bias' },
];

/** The names of GPT-2 outside its blocks. */
export const gpt2Ends: readonly WeightMapping[] = [
  { checkpointName: 'wte.weight', path: 'embedding.weight' },
  { checkpointName: 'wpe.weight', path: 'positions.weight' },
  { checkpointName: 'ln_f.weight', path: 'decoder.norm.weight' },
  { checkpointName: 'ln_f.bias', path: 'decoder.norm.bias' },
  { checkpointName: '/lm_head.weight', path: 'head.weight' },
  { checkpointName: '/lm_head.bias', path: 'head.bias' },
  { checkpointName: '/lm_head.bias', path: 'logitsBias' },
];

/** The modules of Llama's attention. */
export const llamaAttention = {
  'self_attn.q_proj': 'attention.query',
  'self_attn.k_proj': 'attention.key',
  'self_attn.v_proj': 'attention.value',
  'self_attn.o_proj': 'attention.output',
} as const;

/** The modules of Llama's MLP. */
export const llamaMlp = { 'mlp.gate_proj': 'mlp.gate', 'mlp.up_proj': 'mlp.up', 'mlp.down_proj': 'mlp.down' } as const;

/** The modules of an MLP with one matrix for gate and up. */
export const fusedGateMlp = { 'mlp.gate_up_proj': ['mlp.gate', 'mlp.up'], 'mlp.down_proj': 'mlp.down' } as const;

/** The norms before attention and MLP. */
export const llamaNorms = {
  input_layernorm: 'attentionNorm',
  post_attention_layernorm: 'mlpNorm',
} as const;

/** The norms before and after attention and MLP, as in Gemma 2. */
export const sandwichNorms = {
  input_layernorm: 'attentionNorm',
  post_attention_layernorm: 'attentionOutputNorm',
  pre_feedforward_layernorm: 'mlpNorm',
  post_feedforward_layernorm: 'mlpOutputNorm',
} as const;

/** The norms after attention and MLP, as in OLMo 2. */
export const outputNorms = {
  post_attention_layernorm: 'attentionNorm',
  post_feedforward_layernorm: 'mlpNorm',
} as const;

/** Norms on queries and keys. */
export const queryKeyNorms = {
  'self_attn.q_norm': 'attention.queryNorm',
  'self_attn.k_norm': 'attention.keyNorm',
} as const;

/** Queries, keys and values in one matrix. */
export const fusedAttention = ['attention.query', 'attention.key', 'attention.value'] as const;

/** The modules of a decoder's block in fairseq. */
export const fairseqBlock = {
  'self_attn.q_proj': 'attention.query',
  'self_attn.k_proj': 'attention.key',
  'self_attn.v_proj': 'attention.value',
  'self_attn.out_proj': 'attention.output',
  self_attn_layer_norm: 'attentionNorm',
  fc1: 'mlp.up',
  fc2: 'mlp.down',
  final_layer_norm: 'mlpNorm',
} as const;

/** What families with the layout of Llama share: prefix, buffers and the head. */
export const llamaLayout = {
  prefix: 'model.',
  buffers: /* @__PURE__ */ rotaryBuffers(),
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
} as const satisfies Partial<Family>;

/** The taps of the output of each block of a decoder. */
export function outputsOfBlocks(depth: number): readonly string[] {
  return Array.from({ length: depth }, (_, i) => `decoder.layers.${i}.output`);
}
