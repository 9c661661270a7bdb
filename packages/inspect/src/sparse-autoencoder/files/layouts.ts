/** The stored array of a weight: its name in the file, and whether it lies transposed there. */
export interface StoredWeight {
  /** The path in our tree of weights. */
  readonly path: string;
  readonly name: string;
  readonly transposed: boolean;
}

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
const saeLens: readonly StoredWeight[] = [
  { path: 'encoder.weight', name: 'W_enc', transposed: true },
  { path: 'encoder.bias', name: 'b_enc', transposed: false },
  { path: 'decoder.weight', name: 'W_dec', transposed: true },
  { path: 'decoder.bias', name: 'b_dec', transposed: false },
  { path: 'threshold', name: 'threshold', transposed: false },
  { path: 'gate.bias', name: 'b_gate', transposed: false },
  { path: 'gate.magnitudeBias', name: 'b_mag', transposed: false },
  { path: 'gate.logScale', name: 'r_mag', transposed: false },
];

/** Weights in the layout of sparsify: encoder.weight and W_dec are [num_latents, d_in]. */
const sparsify: readonly StoredWeight[] = [
  { path: 'encoder.weight', name: 'encoder.weight', transposed: false },
  { path: 'encoder.bias', name: 'encoder.bias', transposed: false },
  { path: 'decoder.weight', name: 'W_dec', transposed: true },
  { path: 'decoder.bias', name: 'b_dec', transposed: false },
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
