import { type LatentAttention, latentAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import type { ConfigReader } from '../config/config.js';
import { latentScale, rotaryOf } from '../config/rope.js';
import type { WeightMapping } from '../family.js';
import { causalMask } from './layer-types.js';
import type { DecoderSizes } from './sizes.js';

/** What absent fields of latent attention are, and how its positions lie. */
export interface LatentDefaults {
  readonly latentDim: number;
  /** None if null: queries are made from the input. */
  readonly queryLatentDim: number | null;
  readonly contentDim: number;
  readonly positionDim: number;
  readonly valueDim: number;
  /** Whether the pairs of rotary positions are neighbours. */
  readonly interleaved: boolean;
}

/** The latent attention that a config describes: `kv_lora_rank`, `q_lora_rank` and so on. */
export function latentAttentionOf(
  config: ConfigReader,
  { modelDim, heads, maxPositions }: Pick<DecoderSizes, 'modelDim' | 'heads' | 'maxPositions'>,
  defaults: LatentDefaults,
): LatentAttention {
  const keyHeads = config.size('num_key_value_heads', heads);
  if (keyHeads !== heads) config.refuse('num_key_value_heads', keyHeads, `the number of heads, ${heads}`);
  const latentDim = config.size('kv_lora_rank', defaults.latentDim);
  const contentDim = config.size('qk_nope_head_dim', defaults.contentDim);
  const positionDim = config.size('qk_rope_head_dim', defaults.positionDim);
  const width = contentDim + positionDim;
  config.expectValue('qk_head_dim', width);
  config.expectValue('head_dim', positionDim);
  const hasNone = config.has('q_lora_rank')
    ? config.value('q_lora_rank') === undefined
    : defaults.queryLatentDim === null;
  const queryLatentDim = hasNone ? undefined : config.size('q_lora_rank', defaults.queryLatentDim ?? undefined);
  return latentAttention({
    modelDim,
    heads,
    latentDim,
    contentDim,
    positionDim,
    valueDim: config.size('v_head_dim', defaults.valueDim),
    queryLatentDim,
    latentNorm: rmsNorm({ dim: latentDim }),
    queryLatentNorm: queryLatentDim === undefined ? undefined : rmsNorm({ dim: queryLatentDim }),
    positionEncoding: rotaryOf(config, { headDim: positionDim, maxPositions, interleaved: defaults.interleaved }),
    bias: config.flag('attention_bias', false),
    mask: causalMask(undefined),
    scale: latentScale(config, width),
    dropout: config.dropout('attention_dropout'),
  });
}

/** The modules of latent attention. */
export const latentNames = {
  'self_attn.q_a_proj': 'attention.queryDown',
  'self_attn.q_a_layernorm': 'attention.queryLatentNorm',
  'self_attn.kv_a_proj_with_mqa': 'attention.latent',
  'self_attn.kv_a_layernorm': 'attention.latentNorm',
  'self_attn.kv_b_proj': 'attention.keyValue',
  'self_attn.o_proj': 'attention.output',
} as const;

/** The queries, from a latent vector or from the input. */
export const latentQueryNames: readonly WeightMapping[] = [
  {
    checkpointName: 'layers.*.self_attn.q_b_proj.weight',
    path: 'decoder.layers.*.attention.query.weight',
    requires: 'decoder.layers.*.attention.queryDown.weight',
  },
  { checkpointName: 'layers.*.self_attn.q_proj.weight', path: 'decoder.layers.*.attention.query.weight' },
];
