import { transposedRows } from '@residual/layers';
import { float16ToFloat32, groupSize, quantizeInt4 } from '@residual/number-formats';
import type { Form } from '../subject-runner.js';
import type { ExternalTensor, GraphBuilder } from './graph-builder.js';

/** The weights of a graph: each method adds the nodes of one use, and what they read. */
export interface GraphWeights {
  /** A vector. */
  vector(name: string): string;
  /** x [..., in] times a matrix: [..., out]. */
  product(x: string, name: string): string;
  /** The rows of a table at ids. */
  rows(ids: string, name: string): string;
  /** x [..., dim] times a table [rows, dim] transposed: [..., rows]. */
  head(x: string, name: string): string;
}

/** The values of stored weights. */
export interface StoredWeights {
  readonly tensors: ReadonlyMap<string, ExternalTensor>;
  read(name: string): Promise<Float32Array>;
  /** Whether the matrices of blocks are stored as [in, out]. */
  readonly transposed: boolean;
}

/** Weights in float32, read from the file of the checkpoint itself. */
export function floatWeights(graph: GraphBuilder, { tensors, transposed }: StoredWeights, file: string): GraphWeights {
  const added = new Set<string>();
  const add = (name: string) => {
    if (!added.has(name)) graph.external(name, tensors.get(name)!, file);
    added.add(name);
    return name;
  };
  const turned = (name: string) => graph.node('Transpose', [add(name)], { perm: [1, 0] });
  return {
    vector: add,
    product: (x, name) => graph.node('MatMul', [x, transposed ? add(name) : turned(name)]),
    rows: (ids, name) => graph.node('Gather', [add(name), ids], { axis: 0 }),
    head: (x, name) => graph.node('MatMul', [x, turned(name)]),
  };
}

/** Bytes of a second file that are computed when it is written. */
export interface Piece {
  readonly tensor: ExternalTensor;
  readonly bytes: () => Promise<Uint8Array>;
}

/**
 * Weights in 8 or 4 bits, as transformers.js publishes them (`q8`, `q4`): products in integers with a scale per column,
 * or MatMulNBits in groups of 32; the table of the embedding stays float32 in 4 bits. `pieces` are to be written to
 * `file` in order.
 */
export function packedWeights(
  graph: GraphBuilder,
  stored: StoredWeights,
  form: Exclude<Form, 'f32' | 'f16'>,
  file: string,
): GraphWeights & { readonly pieces: readonly Piece[] } {
  const pieces: Piece[] = [];
  const names = new Set<string>();
  let offset = 0;
  const add = (
    name: string,
    type: 'float' | 'int8' | 'uint8',
    shape: readonly number[],
    bytes: () => Promise<ArrayBufferView>,
  ) => {
    if (names.has(name)) return name;
    names.add(name);
    const byteLength = shape.reduce((a, b) => a * b, type === 'float' ? 4 : 1);
    const tensor = { shape, offset, byteLength };
    offset += byteLength;
    graph.external(name, tensor, file, type);
    pieces.push({
      tensor,
      bytes: async () => {
        const { buffer, byteOffset, byteLength: length } = await bytes();
        return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
      },
    });
    return name;
  };
  const shapeOf = (name: string, isTable: boolean) => {
    const [a, b] = stored.tensors.get(name)!.shape as [number, number];
    return isTable || !stored.transposed ? ([a, b] as const) : ([b, a] as const); // [out, in]
  };
  /** The entries as [out, in]. */
  const matrix = async (name: string, isTable: boolean) => {
    const values = await stored.read(name);
    const [out, width] = shapeOf(name, isTable);
    return isTable || !stored.transposed ? values : transposedRows(values, { stride: out, start: 0, out, to: width });
  };
  const product = (x: string, name: string, isTable: boolean) => {
    const [out, width] = shapeOf(name, isTable);
    if (form === 'int4') {
      const groups = width / groupSize;
      const packed = async () => quantizeInt4(await matrix(name, isTable));
      const inputs = [
        x,
        add(`${name}.q4`, 'uint8', [out, groups, groupSize / 2], async () => pairsOf((await packed()).quants)),
        add(`${name}.q4.scales`, 'float', [out * groups], async () => float16ToFloat32((await packed()).scales)),
      ];
      const attributes = { K: width, N: out, bits: 4, block_size: groupSize, accuracy_level: 4 };
      return graph.node('MatMulNBits', inputs, attributes, undefined, 'com.microsoft');
    }
    const columns = async () => columnsOf(await matrix(name, isTable), out, width);
    const quants = add(`${name}.q8`, 'int8', [width, out], async () => (await columns()).quants);
    const scales = add(`${name}.q8.scales`, 'float', [out], async () => (await columns()).scales);
    const [integers, scale, zero] = graph.nodes('DynamicQuantizeLinear', [x], 3, {}) as [string, string, string];
    const sums = graph.node('Cast', [graph.node('MatMulInteger', [integers, quants, zero])], { to: 1 });
    return graph.node('Mul', [sums, graph.node('Mul', [scale, scales])]);
  };
  const float = (name: string) => add(name, 'float', stored.tensors.get(name)!.shape, async () => stored.read(name));
  return {
    pieces,
    vector: float,
    product: (x, name) => product(x, name, false),
    head: (x, name) => product(x, name, true),
    rows: (ids, name) => {
      if (form === 'int4' || name === 'wpe.weight') return graph.node('Gather', [float(name), ids], { axis: 0 });
      const [rows, width] = shapeOf(name, true);
      const whole = async () => wholeOf(await stored.read(name));
      const quants = add(`${name}.rows`, 'int8', [rows, width], async () => (await whole()).quants);
      const scale = add(`${name}.rows.scale`, 'float', [], async () => (await whole()).scales);
      return graph.node('DequantizeLinear', [graph.node('Gather', [quants, ids], { axis: 0 }), scale]);
    },
  };
}

const largestOf = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);

/** A matrix [out, in] in 8 bits as [in, out], with a scale for each column. */
function columnsOf(values: Float32Array, out: number, width: number) {
  const quants = new Int8Array(values.length);
  const scales = new Float32Array(out);
  for (let column = 0; column < out; column++) {
    const row = values.subarray(column * width, (column + 1) * width);
    scales[column] = largestOf(row) / 127;
    for (let i = 0; i < width; i++) quants[i * out + column] = Math.round(row[i]! / scales[column]!);
  }
  return { quants, scales };
}

/** A table in 8 bits with one scale. */
function wholeOf(values: Float32Array) {
  const scale = largestOf(values) / 127;
  return { quants: Int8Array.from(values, value => Math.round(value / scale)), scales: Float32Array.of(scale) };
}

/** Groups of 4 bits in the order of MatMulNBits: two neighbours in a byte, the first in its low half. */
function pairsOf(quants: Uint8Array): Uint8Array {
  const half = groupSize / 2;
  const at = (i: number) => {
    const byte = quants[half * Math.floor(i / groupSize) + (i % half)]!;
    return i % groupSize < half ? byte & 15 : byte >> 4;
  };
  return Uint8Array.from(quants, (_, i) => at(2 * i) | (at(2 * i + 1) << 4));
}
