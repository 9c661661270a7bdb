import { learnedPositions } from '@residual/embeddings';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { fairseqFamily } from './fairseq.js';

/** Blenderbot (Roller et al. 2020): pre-norm, learned positions. */
export const blenderbot: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'blenderbot',
  modelTypes: ['blenderbot'],
  architectures: ['BlenderbotForConditionalGeneration', 'BlenderbotModel'],
  norms: 'pre',
  embeddingNorm: false,
  positionEncoding: learnedPositions,
  hasLearnedPositions: true,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  defaults: {
    d_model: 2560,
    max_position_embeddings: 128,
    encoder_attention_heads: 32,
    decoder_attention_heads: 32,
    encoder_layers: 2,
    decoder_layers: 24,
    encoder_ffn_dim: 10240,
    decoder_ffn_dim: 10240,
  },
  fixedFields: {
    normalize_before: true,
    normalize_embedding: false,
    add_final_layer_norm: true,
    add_bias_logits: false,
    extra_pos_embeddings: 0,
    do_blenderbot_90_layernorm: true,
  },
});

/** BlenderbotSmall (Roller et al. 2020): post-norm; the decoder has a norm between the embedding and its positions. */
export const blenderbotSmall: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'blenderbot-small',
  modelTypes: ['blenderbot-small'],
  architectures: ['BlenderbotSmallForConditionalGeneration', 'BlenderbotSmallModel'],
  norms: 'post',
  embeddingNorm: 'before-target-positions',
  positionEncoding: learnedPositions,
  hasLearnedPositions: true,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  defaults: {
    d_model: 512,
    max_position_embeddings: 512,
    encoder_layers: 8,
    decoder_layers: 8,
    encoder_ffn_dim: 2048,
    decoder_ffn_dim: 2048,
  },
  fixedFields: {
    normalize_before: false,
    normalize_embedding: true,
    add_final_layer_norm: false,
    add_bias_logits: false,
    extra_pos_embeddings: 0,
    do_blenderbot_90_layernorm: true,
  },
});
