/** The content of a SentencePiece model for a test. */
export interface TestModel {
  /** Pieces with their scores, and their types: 1 normal (default), 2 unknown, 3 control, 4 user-defined, 6 byte. */
  readonly pieces: readonly (readonly [piece: string, score?: number, type?: number])[];
  readonly isBpe?: boolean;
  readonly byteFallback?: boolean;
  readonly addDummyPrefix?: boolean;
  readonly removeExtraWhitespaces?: boolean;
}

/** The bytes of a SentencePiece model file (sentencepiece_model.proto). */
export function encodeModelProto({
  pieces,
  isBpe = false,
  byteFallback = false,
  addDummyPrefix = true,
  removeExtraWhitespaces = true,
}: TestModel): Uint8Array<ArrayBuffer> {
  const written = pieces.map(([piece, score = 0, type = 1]) =>
    message(1, [...message(1, [...new TextEncoder().encode(piece)]), ...float(2, score), ...number(3, type)]),
  );
  const trainer = message(2, [...number(3, isBpe ? 2 : 1), ...number(35, Number(byteFallback))]);
  const normalizer = message(3, [...number(3, Number(addDummyPrefix)), ...number(4, Number(removeExtraWhitespaces))]);
  return Uint8Array.from([...written.flat(), ...trainer, ...normalizer]);
}

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const message = (field: number, bytes: readonly number[]) => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const number = (field: number, value: number) => [...varint(field << 3), ...varint(value)];
const float = (field: number, value: number) => [
  ...varint((field << 3) | 5),
  ...new Uint8Array(Float32Array.of(value).buffer),
];
