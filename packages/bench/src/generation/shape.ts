/** The fields of a GPT-2 `config.json` that a measurement needs. */
export interface Shape {
  readonly n_layer: number;
  readonly n_embd: number;
  readonly n_head: number;
  readonly n_positions: number;
  readonly vocab_size: number;
}

/** Shapes by name: GPT-2's smallest size, one that computes next to nothing, and the stories model. */
export const shapes = {
  'gpt2-124m': { n_layer: 12, n_embd: 768, n_head: 12, n_positions: 1024, vocab_size: 50257 },
  'gpt2-empty': { n_layer: 12, n_embd: 24, n_head: 12, n_positions: 1024, vocab_size: 64 },
  stories: { n_layer: 6, n_embd: 320, n_head: 5, n_positions: 256, vocab_size: 6000 },
} as const satisfies Record<string, Shape>;

/** The name of one of them. */
export type ShapeName = keyof typeof shapes;

/** The tensors of a GPT-2 file with their shapes, in the order in which they are stored. */
export function tensorsOf({ n_layer, n_embd, n_positions, vocab_size }: Shape): Map<string, readonly number[]> {
  const tensors = new Map<string, readonly number[]>([
    ['wte.weight', [vocab_size, n_embd]],
    ['wpe.weight', [n_positions, n_embd]],
  ]);
  for (let i = 0; i < n_layer; i++) {
    const add = (name: string, inDim: number, outDim: number) => {
      tensors.set(`h.${i}.${name}.weight`, [inDim, outDim]);
      tensors.set(`h.${i}.${name}.bias`, [outDim]);
    };
    const norm = (name: string) => {
      tensors.set(`h.${i}.${name}.weight`, [n_embd]);
      tensors.set(`h.${i}.${name}.bias`, [n_embd]);
    };
    norm('ln_1');
    add('attn.c_attn', n_embd, 3 * n_embd);
    add('attn.c_proj', n_embd, n_embd);
    norm('ln_2');
    add('mlp.c_fc', n_embd, 4 * n_embd);
    add('mlp.c_proj', 4 * n_embd, n_embd);
  }
  tensors.set('ln_f.weight', [n_embd]);
  return tensors.set('ln_f.bias', [n_embd]);
}
