/**
 * The types of tensor data by their number in files: a name, and how many values one block has in how many bytes. A
 * type with one value in a block is not quantized. Source: ggml.h and ggml-common.h of ggml.
 */
const table = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, 18],
  [3, 'Q4_1', 32, 20],
  [6, 'Q5_0', 32, 22],
  [7, 'Q5_1', 32, 24],
  [8, 'Q8_0', 32, 34],
  [9, 'Q8_1', 32, 36],
  [10, 'Q2_K', 256, 84],
  [11, 'Q3_K', 256, 110],
  [12, 'Q4_K', 256, 144],
  [13, 'Q5_K', 256, 176],
  [14, 'Q6_K', 256, 210],
  [15, 'Q8_K', 256, 292],
  [16, 'IQ2_XXS', 256, 66],
  [17, 'IQ2_XS', 256, 74],
  [18, 'IQ3_XXS', 256, 98],
  [19, 'IQ1_S', 256, 50],
  [20, 'IQ4_NL', 32, 18],
  [21, 'IQ3_S', 256, 110],
  [22, 'IQ2_S', 256, 82],
  [23, 'IQ4_XS', 256, 136],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 56],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, 54],
  [35, 'TQ2_0', 256, 66],
] as const;

/** The name of a type of tensor data, such as `Q4_0`. */
export type TensorType = (typeof table)[number][1];

/** A type of tensor data. */
export interface TypeInfo {
  readonly name: TensorType;
  /** Its number in files. */
  readonly id: number;
  /** The number of values in one block. */
  readonly blockValues: number;
  /** The number of bytes of one block. */
  readonly blockBytes: number;
}

const infoOf = ([id, name, blockValues, blockBytes]: (typeof table)[number]): TypeInfo => ({
  name,
  id,
  blockValues,
  blockBytes,
});

/** The type with a number; undefined if there is none. */
export function typeOfId(id: number): TypeInfo | undefined {
  const row = table.find(row => row[0] === id);
  return row && infoOf(row);
}

/** The type of a name; undefined if there is none. */
export function typeOfName(name: string): TypeInfo | undefined {
  const row = table.find(row => row[1] === name);
  return row && infoOf(row);
}
