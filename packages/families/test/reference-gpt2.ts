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

/** GPT-2 (Radford et al. 2019): pre-norm, learned positions, matrices stored [in, out]. */
export function gpt2Reference(config: Fields, weights: NamedWeights): Forward {
  const { n_head: headCount, n_layer: depth, layer_norm_epsilon: epsilon = 1e-5 } = config;
  const { scale_attn_weights: scaled = true, scale_attn_by_inverse_layer_idx: byDepth = false } = config;
  const activation = activations[config.activation_function ?? 'gelu_new']!;
  const at = (name: string) => weights[`transformer.${name}`] ?? weights[name]!;
  const embedding = at('wte.weight');
  const unembedding = config.tie_word_embeddings === false ? weights['lm_head.weight']! : embedding;

  const norm = (x: Rows, name: string): Rows =>
    x.map(row => {
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      return row.map(
        (value, d) =>
          ((value - mean) / Math.sqrt(variance + epsilon)) * at(`${name}.weight`).values[d]! +
          at(`${name}.bias`).values[d]!,
      );
    });
  const linear = (x: Rows, name: string): Rows => {
    const [weight, bias] = [at(`${name}.weight`), at(`${name}.bias`)];
    return x.map(row =>
      Array.from(bias.values, (start, out) =>
        row.reduce((sum, value, d) => sum + value * entry(weight, d, out), start),
      ),
    );
  };

  return (tokens, positionIds, _total, past) => {
    let x = tokens.map((token, i) =>
      rowOf(embedding, token).map((value, d) => value + entry(at('wpe.weight'), positionIds[i]!, d)),
    );
    const hidden = [x];
    const attentions: Rows[][] = [];
    for (let block = 0; block < depth; block++) {
      const width = x[0]!.length;
      const all = linear(norm(x, `h.${block}.ln_1`), `h.${block}.attn.c_attn`);
      const [query, key, value] = [0, 1, 2].map(third =>
        heads(
          all.map(row => row.slice(third * width, (third + 1) * width)),
          headCount,
        ),
      ) as [Rows[], Rows[], Rows[]];
      const cached = past[block] ?? { keys: key.map(() => []), values: value.map(() => []) };
      past[block] = {
        keys: cached.keys.map((rows, h) => [...rows, ...key[h]!]),
        values: cached.values.map((rows, h) => [...rows, ...value[h]!]),
      };
      const scale = (scaled ? 1 / Math.sqrt(width / headCount) : 1) / (byDepth ? block + 1 : 1);
      const { output, weights: attention } = attend(query, past[block]!, scale);
      attentions.push(attention);
      x = addRows(x, linear(output, `h.${block}.attn.c_proj`));
      const inner = linear(norm(x, `h.${block}.ln_2`), `h.${block}.mlp.c_fc`).map(row => row.map(activation));
      x = addRows(x, linear(inner, `h.${block}.mlp.c_proj`));
      hidden.push(x);
    }
    const last = norm(x, 'ln_f');
    hidden[depth] = last;
    const logits = last.map(row =>
      Array.from({ length: unembedding.shape[0]! }, (_, id) =>
        row.reduce((sum, value, d) => sum + value * entry(unembedding, id, d), 0),
      ),
    );
    return { logits, hidden, attentions };
  };
}

/** The tensors of a checkpoint of this config. */
export function gpt2Shapes(config: Fields): Record<string, readonly number[]> {
  const { n_embd: width, n_layer: depth, n_positions: maxPositions, vocab_size: vocab } = config;
  const inner = config.n_inner ?? 4 * width;
  const shapes: Record<string, readonly number[]> = {
    'wte.weight': [vocab, width],
    'wpe.weight': [maxPositions, width],
  };
  const pair = (name: string, matrix: readonly number[], bias: number) => {
    shapes[`${name}.weight`] = matrix;
    shapes[`${name}.bias`] = [bias];
  };
  for (let block = 0; block < depth; block++) {
    pair(`h.${block}.ln_1`, [width], width);
    pair(`h.${block}.attn.c_attn`, [width, 3 * width], 3 * width);
    pair(`h.${block}.attn.c_proj`, [width, width], width);
    pair(`h.${block}.ln_2`, [width], width);
    pair(`h.${block}.mlp.c_fc`, [width, inner], inner);
    pair(`h.${block}.mlp.c_proj`, [inner, width], width);
  }
  pair('ln_f', [width], width);
  const prefixed = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`transformer.${name}`, shape]));
  return config.tie_word_embeddings === false ? { ...prefixed, 'lm_head.weight': [vocab, width] } : prefixed;
}
