import { gpt2, llama } from '@residual/families';
import { init } from '@residual/layers';

const sizes = { layers: 3, heads: 2, width: 10, vocab: 13, maxPositions: 17 };

/** A GPT-2 of 3 blocks, 2 heads and modelDim 10 with random weights, larger than those of a new model. */
export function tinyGpt2(seed = 1) {
  const { layers, heads, width, vocab, maxPositions } = sizes;
  const config = { n_layer: layers, n_head: heads, n_embd: width, vocab_size: vocab, n_positions: maxPositions };
  const { model } = gpt2.compose({ model_type: 'gpt2', ...config });
  return { layer: model, weights: init(model, { seed }) };
}

/** A Llama of 3 blocks, 2 query heads on 1 key head, modelDim 10 and a gated mlp. */
export function tinyLlama(seed = 1) {
  const { layers, heads, width, vocab, maxPositions } = sizes;
  const { model } = llama.compose({
    model_type: 'llama',
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: 1,
    hidden_size: width,
    head_dim: 4,
    intermediate_size: 11,
    vocab_size: vocab,
    max_position_embeddings: maxPositions,
  });
  return { layer: model, weights: init(model, { seed }) };
}
