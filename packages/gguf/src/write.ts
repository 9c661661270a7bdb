import { ResidualError } from '@residual/base';
import { quote } from './errors.js';
import { alignmentKey, byteLengthOf, defaultAlignment, isAlignment, maxRank, paddingAt } from './header.js';
import { arrayId, boolId, type MetadataValue, type NumberType, numberTypes, stringId } from './metadata.js';
import { type TensorType, typeOfName } from './types.js';

/** A tensor to write. */
export interface GgufTensor {
  readonly type: TensorType;
  /** Row-major: the last axis is contiguous. */
  readonly shape: readonly number[];
  /** Its bytes, or a function that makes them when they are written, so that a model is never in memory as a whole. */
  readonly data: Uint8Array | (() => Uint8Array | Promise<Uint8Array>);
}

/** What a file holds. */
export interface GgufContents {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const version = 3;

/**
 * Writes a file as pieces, for example for `fs.writeFile`: the header, then each tensor with its padding. Version 3,
 * little-endian, aligned to `general.alignment` or 32 bytes. Errors with code `write` if a type, a shape, data or
 * metadata cannot be written. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function* streamGguf({ metadata, tensors }: GgufContents): AsyncGenerator<Uint8Array, void, undefined> {
  const alignment = alignmentOf(metadata);
  const header = new Writer();
  header.text('GGUF', false);
  header.number('uint32', version);
  header.number('uint64', tensors.size);
  header.number('uint64', metadata.size);
  for (const [key, value] of metadata) {
    header.text(key);
    writeMetadataValue(header, key, value);
  }
  const lengths = new Map<string, number>();
  let offset = 0;
  for (const [name, { type, shape }] of tensors) {
    const length = lengthOf(name, type, shape);
    lengths.set(name, length);
    header.text(name);
    header.number('uint32', shape.length);
    for (const axis of shape.toReversed()) header.number('uint64', axis);
    header.number('uint32', typeOfName(type)!.id);
    header.number('uint64', offset);
    offset += length + paddingAt(length, alignment);
  }
  header.pad(alignment);
  yield header.bytes();
  for (const [name, { type, shape, data }] of tensors) {
    const bytes = typeof data === 'function' ? await data() : data;
    const length = lengths.get(name)!;
    if (bytes.length !== length)
      fail(`tensor ${quote(name)} of ${type} [${shape}] has ${bytes.length} bytes; ${length} would fit`);
    yield bytes;
    const padding = paddingAt(length, alignment);
    if (padding > 0) yield new Uint8Array(padding);
  }
}

/** Writes a file to memory: the pieces of `streamGguf` in one. */
export async function writeGguf(contents: GgufContents): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of streamGguf(contents)) pieces.push(piece);
  return joined(pieces);
}

function fail(what: string): never {
  throw new ResidualError('write', `writeGguf: ${what}`);
}

function alignmentOf(metadata: GgufContents['metadata']): number {
  const entry = metadata.get(alignmentKey);
  if (!entry) return defaultAlignment;
  const { type, value } = entry;
  if (type === 'uint32' && isAlignment(value)) return value;
  return fail(`${alignmentKey} is ${type} ${value}; a uint32 that is a power of 2 from 8 to 65536 would fit`);
}

function lengthOf(name: string, type: string, shape: readonly number[]): number {
  const info = typeOfName(type) ?? fail(`tensor ${quote(name)} has the type ${quote(type)}, which is not known`);
  if (shape.length > maxRank) fail(`tensor ${quote(name)} has ${shape.length} axes; up to ${maxRank} would fit`);
  if (!shape.every(axis => Number.isSafeInteger(axis) && axis >= 0))
    fail(`tensor ${quote(name)} has shape [${shape}]; whole numbers would fit`);
  const length = byteLengthOf(info, shape);
  return typeof length === 'number' ? length : fail(`tensor ${quote(name)} ${length}`);
}

function writeMetadataValue(writer: Writer, key: string, { type, value }: MetadataValue): void {
  const [element, isArray] = type.endsWith('[]') ? [type.slice(0, -2), true] : [type, false];
  const id = element === 'string' ? stringId : element === 'bool' ? boolId : numberTypes[element as NumberType]?.id;
  if (id === undefined) fail(`metadata ${quote(key)} has the type ${quote(type)}, which is not known`);
  const values = (isArray ? value : [value]) as ArrayLike<string | boolean | number | bigint>;
  if (isArray) writer.number('uint32', arrayId);
  writer.number('uint32', id);
  if (isArray) writer.number('uint64', values.length);
  for (let i = 0; i < values.length; i++) {
    const each = values[i]!;
    if (element === 'string') writer.text(expectType(key, type, each, 'string') as string);
    else if (element === 'bool') writer.number('uint8', Number(expectType(key, type, each, 'boolean')));
    else writeNumber(writer, key, element as NumberType, each as number | bigint);
  }
}

function writeNumber(writer: Writer, key: string, type: NumberType, value: number | bigint): void {
  const stored = writer.number(type, value);
  if (type !== 'float32' && Number(stored) !== Number(value))
    fail(`metadata ${quote(key)} is ${value}, which is no ${type}`);
}

function expectType(key: string, type: string, value: unknown, kind: string): unknown {
  return typeof value === kind ? value : fail(`metadata ${quote(key)} holds ${value} as ${type}`);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Collects the bytes of a header. */
class Writer {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  private push(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.length += bytes.length;
  }

  /** Writes a number, little-endian, and returns what is stored. */
  number(type: NumberType, value: number | bigint): number | bigint {
    const isBig = type === 'uint64' || type === 'int64';
    const array = new numberTypes[type].array(1);
    array[0] = (isBig ? BigInt(value) : Number(value)) as never;
    this.push(new Uint8Array(array.buffer));
    return array[0]!;
  }

  /** Writes a text in UTF-8, after its length unless `hasLength` is false. */
  text(text: string, hasLength = true): void {
    if (/\p{Surrogate}/u.test(text)) fail(`${quote(text)} is no text of UTF-8`);
    const bytes = new TextEncoder().encode(text);
    if (hasLength) this.number('uint64', bytes.length);
    this.push(bytes);
  }

  pad(alignment: number): void {
    this.push(new Uint8Array(paddingAt(this.length, alignment)));
  }

  bytes(): Uint8Array {
    return joined(this.pieces);
  }
}
