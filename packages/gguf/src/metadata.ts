import type { Cursor } from './cursor.js';
import { quote, refuse } from './errors.js';

/** The typed array of each type of number in metadata, and its number in files. */
export const numberTypes = {
  uint8: { id: 0, array: Uint8Array },
  int8: { id: 1, array: Int8Array },
  uint16: { id: 2, array: Uint16Array },
  int16: { id: 3, array: Int16Array },
  uint32: { id: 4, array: Uint32Array },
  int32: { id: 5, array: Int32Array },
  float32: { id: 6, array: Float32Array },
  uint64: { id: 10, array: BigUint64Array },
  int64: { id: 11, array: BigInt64Array },
  float64: { id: 12, array: Float64Array },
} as const;

/** The numbers of the other types in files. */
export const [boolId, stringId, arrayId] = [7, 8, 9];

/** The type of a number in metadata. */
export type NumberType = keyof typeof numberTypes;

type ArrayOf<T extends NumberType> = (typeof numberTypes)[T]['array']['prototype'];
type NumberEntry = { [T in NumberType]: { readonly type: T; readonly value: ArrayOf<T>[number] } }[NumberType];
type NumbersEntry = { [T in NumberType]: { readonly type: `${T}[]`; readonly value: ArrayOf<T> } }[NumberType];

/** A value of the metadata with its type; a test of `type` narrows the type of `value`. */
export type MetadataValue =
  | NumberEntry
  | NumbersEntry
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool[]'; readonly value: readonly boolean[] }
  | { readonly type: 'string[]'; readonly value: readonly string[] };

/** The type of the number with this id in files; undefined if there is none. */
const numberTypeOf = (id: number): NumberType | undefined =>
  (Object.keys(numberTypes) as NumberType[]).find(type => numberTypes[type].id === id);

/** Reads a value of the metadata. */
export function readMetadataValue(cursor: Cursor, key: string): MetadataValue {
  const name = `metadata ${quote(key)}`;
  const id = cursor.uint32();
  if (id === stringId) return { type: 'string', value: cursor.text(name) };
  if (id === boolId) return { type: 'bool', value: readBool(cursor, name) };
  if (id === arrayId) return readArray(cursor, name);
  const type = numberTypeOf(id) ?? refuse(`${name} has the type ${id}; 0 to 12 would fit`);
  return { type, value: readNumbers(cursor, type, 1)[0] } as MetadataValue;
}

function readArray(cursor: Cursor, name: string): MetadataValue {
  const id = cursor.uint32();
  if (id === stringId) {
    const count = cursor.count(`the length of ${name}`, 8);
    return { type: 'string[]', value: Array.from({ length: count }, (_, i) => cursor.text(`text ${i} of ${name}`)) };
  }
  if (id === boolId) {
    const count = cursor.count(`the length of ${name}`, 1);
    return { type: 'bool[]', value: Array.from({ length: count }, () => readBool(cursor, name)) };
  }
  const type = numberTypeOf(id);
  if (!type) return refuse(`${name} is an array of the type ${id}; numbers, booleans and texts would fit`);
  const count = cursor.count(`the length of ${name}`, numberTypes[type].array.BYTES_PER_ELEMENT);
  return { type: `${type}[]`, value: readNumbers(cursor, type, count) } as MetadataValue;
}

function readNumbers(cursor: Cursor, type: NumberType, count: number): ArrayOf<NumberType> {
  const { array } = numberTypes[type];
  return new array(cursor.copy(count * array.BYTES_PER_ELEMENT));
}

function readBool(cursor: Cursor, name: string): boolean {
  const byte = cursor.uint8();
  if (byte > 1) refuse(`${name} is a boolean of ${byte}; 0 or 1 would fit`);
  return byte === 1;
}
