import {
  activations,
  addRows,
  attend,
  entry,
  type Fields,
  type Forward,
  heads,
  type NamedWeights,
  type Rows,
  rowOf,
} from './reference.js';

/** Llama (Touvron et al. 2023): root-mean-square norms, rotary positions on halves of a head, a gated MLP. */
export function llamaReference(config: Fields, weights: NamedWeights): Forward {
  const { num_attention_heads: headCount, num_hidden_layers: depth, rms_norm_eps: epsilon = 1e-6 } = config;
  const kvHeads = config.num_key_value_heads ?? headCount;
  const activation = activations[config.hidden_act ?? 'silu']!;
  const at = (name: string): NamedWeights[string] | undefined => weights[`model.${name}`] ?? weights[name];
  const embedding = at('embed_tokens.weight')!;
  const unembedding = config.tie_word_embeddings === true ? embedding : weights['lm_head.weight']!;

  const norm = (x: Rows, name: string): Rows =>
    x.map(row => {
      const square = row.reduce((sum, value) => sum + value ** 2, 0) / row.length;
      return row.map((value, d) => (value / Math.sqrt(square + epsilon)) * at(`${name}.weight`)!.values[d]!);
    });
  const linear = (x: Rows, name: string): Rows => {
    const [weight, bias] = [at(`${name}.weight`)!, at(`${name}.bias`)];
    return x.map(row =>
      Array.from({ length: weight.shape[0]! }, (_, out) =>
        row.reduce((sum, value, d) => sum + value * entry(weight, out, d), bias?.values[out] ?? 0),
      ),
    );
  };

  return (tokens, positionIds, total, past) => {
    const { frequencies, amplitude } = anglesOf(config, total);
    const applyRotary = (head: Rows): Rows =>
      head.map((row, i) => {
        const half = row.length / 2;
        return row.map((value, d) => {
          const angle = positionIds[i]! * frequencies[d % half]!;
          const partner = d < half ? -row[d + half]! : row[d - half]!;
          return amplitude * (value * Math.cos(angle) + partner * Math.sin(angle));
        });
      });
    let x = tokens.map(token => rowOf(embedding, token));
    const hidden = [x];
    const attentions: Rows[][] = [];
    for (let block = 0; block < depth; block++) {
      const normed = norm(x, `layers.${block}.input_layernorm`);
      const part = (name: string, count: number) => heads(linear(normed, `layers.${block}.self_attn.${name}`), count);
      const [query, key, value] = [part('q_proj', headCount), part('k_proj', kvHeads), part('v_proj', kvHeads)];
      const cached = past[block] ?? { keys: key.map(() => []), values: value.map(() => []) };
      past[block] = {
        keys: cached.keys.map((rows, h) => [...rows, ...applyRotary(key[h]!)]),
        values: cached.values.map((rows, h) => [...rows, ...value[h]!]),
      };
      const { output, weights: attention } = attend(
        query.map(applyRotary),
        past[block]!,
        1 / Math.sqrt(query[0]![0]!.length),
      );
      attentions.push(attention);
      x = addRows(x, linear(output, `layers.${block}.self_attn.o_proj`));
      const mlpInput = norm(x, `layers.${block}.post_attention_layernorm`);
      const gate = linear(mlpInput, `layers.${block}.mlp.gate_proj`).map(row => row.map(activation));
      const up = linear(mlpInput, `layers.${block}.mlp.up_proj`);
      const product = gate.map((row, i) => row.map((value, d) => value * up[i]![d]!));
      x = addRows(x, linear(product, `layers.${block}.mlp.down_proj`));
      hidden.push(x);
    }
    const last = norm(x, 'norm');
    hidden[depth] = last;
    const logits = last.map(row =>
      Array.from({ length: unembedding.shape[0]! }, (_, id) =>
        row.reduce((sum, value, d) => sum + value * entry(unembedding, id, d), 0),
      ),
    );
    return { logits, hidden, attentions };
  };
}

/**
 * Radians per position of each pair of a head, and the factor of sines and cosines, for a sequence of `total` tokens.
 */
function anglesOf(config: Fields, total: number): { frequencies: number[]; amplitude: number } {
  const headDim: number = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const rope: Fields = config.rope_scaling ?? config.rope_parameters ?? {};
  const base: number = rope.rope_theta ?? config.rope_theta ?? 10000;
  const maxPositions: number = config.max_position_embeddings;
  const original: number =
    config.original_max_position_embeddings ?? rope.original_max_position_embeddings ?? maxPositions;
  const powers = (b: number) => Array.from({ length: headDim / 2 }, (_, i) => 1 / b ** ((2 * i) / headDim));
  const plain = powers(base);
  const type = rope.rope_type ?? rope.type ?? 'default';
  if (type === 'default') return { frequencies: plain, amplitude: 1 };
  if (type === 'linear') return { frequencies: plain.map(f => f / rope.factor), amplitude: 1 };
  if (type === 'dynamic') {
    const lengthRatio = Math.max(total, maxPositions) / maxPositions;
    const scaledBase = base * (rope.factor * lengthRatio - (rope.factor - 1)) ** (headDim / (headDim - 2));
    return { frequencies: powers(scaledBase), amplitude: 1 };
  }
  if (type === 'llama3') {
    const { factor, low_freq_factor: low, high_freq_factor: high } = rope;
    const frequencies = plain.map(f => {
      const wavelength = (2 * Math.PI) / f;
      if (wavelength < original / high) return f;
      if (wavelength > original / low) return f / factor;
      const smooth = (original / wavelength - low) / (high - low);
      return (1 - smooth) * (f / factor) + smooth * f;
    });
    return { frequencies, amplitude: 1 };
  }
  if (type !== 'yarn') throw new Error(`no rotary type ${type}`);
  const factor: number = rope.factor ?? maxPositions / original;
  const pairOf = (turns: number) => (headDim * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const whole = rope.truncate === undefined || rope.truncate === true;
  const fast = pairOf(rope.beta_fast || 32);
  const slow = pairOf(rope.beta_slow || 1);
  const from = Math.max(whole ? Math.floor(fast) : fast, 0);
  const to = Math.min(whole ? Math.ceil(slow) : slow, headDim - 1);
  const frequencies = plain.map((f, i) => {
    const ramp = Math.min(1, Math.max(0, (i - from) / (to === from ? 0.001 : to - from)));
    return ramp * (f / factor) + (1 - ramp) * f;
  });
  const mscaleOf = (mscale: number) => (factor > 1 ? 0.1 * mscale * Math.log(factor) + 1 : 1);
  const attentionFactor =
    rope.mscale && rope.mscale_all_dim ? mscaleOf(rope.mscale) / mscaleOf(rope.mscale_all_dim) : mscaleOf(1);
  return { frequencies, amplitude: rope.attention_factor ?? attentionFactor };
}

/** The tensors that a file of such a config holds. */
export function llamaShapes(config: Fields): Record<string, readonly number[]> {
  const { hidden_size: width, intermediate_size: inner, vocab_size: vocab, num_attention_heads: headCount } = config;
  const headDim = config.head_dim ?? width / headCount;
  const shapes: Record<string, readonly number[]> = {
    'model.embed_tokens.weight': [vocab, width],
    'model.norm.weight': [width],
  };
  const linear = (name: string, out: number, from: number, bias: boolean) => {
    shapes[`${name}.weight`] = [out, from];
    if (bias) shapes[`${name}.bias`] = [out];
  };
  const kvWidth = (config.num_key_value_heads ?? headCount) * headDim;
  const [onAttention, onMlp] = [config.attention_bias === true, config.mlp_bias === true];
  for (let block = 0; block < config.num_hidden_layers; block++) {
    const at = `model.layers.${block}`;
    shapes[`${at}.input_layernorm.weight`] = [width];
    shapes[`${at}.post_attention_layernorm.weight`] = [width];
    linear(`${at}.self_attn.q_proj`, headCount * headDim, width, onAttention);
    linear(`${at}.self_attn.k_proj`, kvWidth, width, onAttention);
    linear(`${at}.self_attn.v_proj`, kvWidth, width, onAttention);
    linear(`${at}.self_attn.o_proj`, width, headCount * headDim, onAttention);
    linear(`${at}.mlp.gate_proj`, inner, width, onMlp);
    linear(`${at}.mlp.up_proj`, inner, width, onMlp);
    linear(`${at}.mlp.down_proj`, width, inner, onMlp);
  }
  return config.tie_word_embeddings === true ? shapes : { ...shapes, 'lm_head.weight': [vocab, width] };
}
