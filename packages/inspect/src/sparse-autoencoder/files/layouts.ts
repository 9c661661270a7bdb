/** The stored array of a weight: its name in the file, and whether it lies transposed there. */
export interface StoredWeight {
  /** The path in our tree of weights. */
  readonly path: string;
  readonly name: string;
  readonly transposed: boolean;
}

const stored = (path: string, name: string, transposed = false): StoredWeight => ({ path, name, transposed });

/** The two layouts of published sparse autoencoders, by library. */
export type Layout = 'saeLens' | 'sparsify';

/** The file of the weights beside `cfg.json`. */
export const weightFiles: Readonly<Record<Layout, string>> = {
  saeLens: 'sae_weights.safetensors',
  sparsify: 'sae.safetensors',
};

/** The file of the settings, in both layouts. */
export const configFile = 'cfg.json';

/** Weights in the layout of SAELens: W_enc [d_in, d_sae], W_dec [d_sae, d_in]. */
const saeLens = [
  stored('encoder.weight', 'W_enc', true),
  stored('encoder.bias', 'b_enc'),
  stored('decoder.weight', 'W_dec', true),
  stored('decoder.bias', 'b_dec'),
  stored('threshold', 'threshold'),
  stored('gate.bias', 'b_gate'),
  stored('gate.magnitudeBias', 'b_mag'),
  stored('gate.logScale', 'r_mag'),
];

/** Weights in the layout of sparsify: encoder.weight and W_dec are [num_latents, d_in]. */
const sparsify = [
  stored('encoder.weight', 'encoder.weight'),
  stored('encoder.bias', 'encoder.bias'),
  stored('decoder.weight', 'W_dec', true),
  stored('decoder.bias', 'b_dec'),
];

/** The stored weights of each layout. */
export const layouts: Readonly<Record<Layout, readonly StoredWeight[]>> = { saeLens, sparsify };

/** A matrix [rows, columns] as [columns, rows]. */
export function transposed(values: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column]!;
  return result;
}
