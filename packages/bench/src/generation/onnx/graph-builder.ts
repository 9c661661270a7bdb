import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
type Attribute = number | string | readonly number[];

/** The location of a tensor in the file of weights. */
export interface ExternalTensor {
  readonly shape: readonly number[];
  readonly offset: number;
  readonly byteLength: number;
}

/** A type of entries. */
export type DataType = 'float' | 'int64' | 'int32' | 'int8' | 'uint8';

const { FLOAT, INT64, INT32, INT8, UINT8 } = onnx.TensorProto.DataType;
const dataTypes = { float: FLOAT, int64: INT64, int32: INT32, int8: INT8, uint8: UINT8 };

type Axes = readonly (number | string)[];

/** Builds an ONNX graph; names of intermediate values are generated. */
export class GraphBuilder {
  readonly #nodes: onnxProto.onnx.INodeProto[] = [];
  readonly #initializers: onnxProto.onnx.ITensorProto[] = [];
  readonly #inputs: onnxProto.onnx.IValueInfoProto[] = [];
  readonly #outputs: onnxProto.onnx.IValueInfoProto[] = [];
  #count = 0;

  node(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    name?: string,
    domain = '',
  ) {
    const output = name ?? `v${this.#count++}`;
    this.#add(type, inputs, [output], attributes, domain);
    return output;
  }

  nodes(type: string, inputs: readonly string[], count: number, attributes: Record<string, Attribute>) {
    const outputs = Array.from({ length: count }, () => `v${this.#count++}`);
    return this.several(type, inputs, outputs, attributes);
  }

  /** A node with several outputs of given names. */
  several(
    type: string,
    inputs: readonly string[],
    outputs: string[],
    attributes: Record<string, Attribute>,
    domain = '',
  ) {
    this.#add(type, inputs, outputs, attributes, domain);
    return outputs;
  }

  input(name: string, type: DataType, axes: Axes) {
    this.#inputs.push(valueInfo(name, type, axes));
  }

  output(name: string, axes: Axes) {
    this.#outputs.push(valueInfo(name, 'float', axes));
  }

  external(name: string, { shape, offset, byteLength }: ExternalTensor, location: string, type: DataType = 'float') {
    const entries = { location, offset: String(offset), length: String(byteLength) };
    this.#initializers.push({
      name,
      dims: [...shape],
      dataType: dataTypes[type],
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    });
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]) {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant({ dims: [...dims], dataType: onnx.TensorProto.DataType.INT64, rawData });
  }

  float(value: number) {
    return this.floats(Float32Array.of(value), []);
  }

  floats(values: Float32Array, dims: readonly number[]) {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.#constant({ dims: [...dims], dataType: onnx.TensorProto.DataType.FLOAT, rawData });
  }

  encode(): Uint8Array {
    const model = {
      irVersion: 8,
      opsetImport: [
        { domain: '', version: 18 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: 'graph',
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    };
    return onnx.ModelProto.encode(model).finish();
  }

  #constant(tensor: onnxProto.onnx.ITensorProto) {
    const name = `c${this.#count++}`;
    this.#initializers.push({ name, ...tensor });
    return name;
  }

  #add(
    opType: string,
    input: readonly string[],
    output: string[],
    attributes: Record<string, Attribute>,
    domain: string,
  ) {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.#nodes.push({ opType, input: [...input], output, attribute, domain, name: output[0]! });
  }
}

function attributeOf(name: string, value: Attribute): onnxProto.onnx.IAttributeProto {
  const { FLOAT, INT, INTS, STRING } = onnx.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'object') return { name, type: INTS, ints: [...value] };
  return Number.isInteger(value) ? { name, type: INT, i: value } : { name, type: FLOAT, f: value };
}

function valueInfo(name: string, type: DataType, axes: Axes): onnxProto.onnx.IValueInfoProto {
  const dim = axes.map(axis => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }));
  return { name, type: { tensorType: { elemType: dataTypes[type], shape: { dim } } } };
}
