import { failFile } from '../../errors.js';
import { readFields } from './protobuf.js';

/** The types of pieces, by their numbers in the file. */
export const pieceTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** The types of models, by their numbers in the file. */
export const modelTypes = { unigram: 1, bpe: 2, word: 3, char: 4 } as const;

/** The settings of a normalizer (NormalizerSpec of sentencepiece_model.proto). */
export interface NormalizerSpec {
  charsMap: Uint8Array;
  addDummyPrefix: boolean;
  removeExtraWhitespaces: boolean;
  escapeWhitespaces: boolean;
}

/** A SentencePiece model file (sentencepiece_model.proto), as far as encoding and decoding need it. */
export interface ModelProto {
  readonly pieces: string[];
  /** Log-probabilities, or for BPE the negative rank, rounded to float32 as in the reference. */
  readonly scores: number[];
  readonly types: number[];
  modelType: number;
  byteFallback: boolean;
  whitespaceAsSuffix: boolean;
  unknownSurface: string;
  /** The pieces that the model names as bos, eos and padding. */
  specialPieces: { bos: string; eos: string; pad: string };
  readonly normalizer: NormalizerSpec;
  denormalizer: NormalizerSpec | undefined;
}

const defaultSpec = (): NormalizerSpec => ({
  charsMap: new Uint8Array(0),
  addDummyPrefix: true,
  removeExtraWhitespaces: true,
  escapeWhitespaces: true,
});

/** Reads a SentencePiece model from its bytes. The error for another file says at which byte it is invalid. */
export function readModelProto(bytes: Uint8Array): ModelProto {
  const file: ModelProto = {
    pieces: [],
    scores: [],
    types: [],
    modelType: modelTypes.unigram,
    byteFallback: false,
    whitespaceAsSuffix: false,
    unknownSurface: ' \u2047 ',
    specialPieces: { bos: '<s>', eos: '</s>', pad: '<pad>' },
    normalizer: defaultSpec(),
    denormalizer: undefined,
  };
  for (const field of readFields(bytes, 'the SentencePiece model')) {
    if (field.number === 1) readPiece(field.bytes, file);
    else if (field.number === 2) readTrainer(field.bytes, file);
    else if (field.number === 3) readNormalizer(field.bytes, file.normalizer);
    else if (field.number === 5) readNormalizer(field.bytes, (file.denormalizer ??= defaultSpec()));
  }
  checkModel(file);
  return file;
}

/** The reference has the same limit. */
const maxPieceBytes = 7999;

const float = /*#__PURE__*/ new DataView(new ArrayBuffer(4));

function readPiece(bytes: Uint8Array, file: ModelProto): void {
  const where = `piece ${file.pieces.length} of the SentencePiece model`;
  let piece = '';
  let score = 0;
  let type: number = pieceTypes.normal;
  for (const field of readFields(bytes, where)) {
    if (field.number === 1) {
      if (field.bytes.length > maxPieceBytes)
        failFile(`${where} has ${field.bytes.length} bytes; at most ${maxPieceBytes} can be read`);
      piece = textOf(field.bytes, where);
    } else if (field.number === 2) {
      float.setInt32(0, field.bits);
      score = float.getFloat32(0);
    } else if (field.number === 3) type = field.bits;
  }
  if (piece === '') failFile(`${where} is empty`);
  if (Number.isNaN(score)) failFile(`${where}, "${piece}", has a score that is not a number`);
  if (type < pieceTypes.normal || type > pieceTypes.byte) {
    failFile(`${where}, "${piece}", is of type ${type}; types are 1 to ${pieceTypes.byte}`);
  }
  file.pieces.push(piece);
  file.scores.push(score);
  file.types.push(type);
}

function readTrainer(bytes: Uint8Array, file: ModelProto): void {
  const where = 'the trainer_spec of the SentencePiece model';
  for (const { number, bits, bytes: value } of readFields(bytes, where)) {
    if (number === 3) file.modelType = bits;
    else if (number === 24) file.whitespaceAsSuffix = bits !== 0;
    else if (number === 35) file.byteFallback = bits !== 0;
    else if (number === 44) file.unknownSurface = textOf(value, where);
    else if (number === 46) file.specialPieces.bos = textOf(value, where);
    else if (number === 47) file.specialPieces.eos = textOf(value, where);
    else if (number === 48) file.specialPieces.pad = textOf(value, where);
  }
}

function readNormalizer(bytes: Uint8Array, spec: NormalizerSpec): void {
  for (const { number, bits, bytes: value } of readFields(bytes, 'the normalizer_spec of the SentencePiece model')) {
    if (number === 2) spec.charsMap = value;
    else if (number === 3) spec.addDummyPrefix = bits !== 0;
    else if (number === 4) spec.removeExtraWhitespaces = bits !== 0;
    else if (number === 5) spec.escapeWhitespaces = bits !== 0;
  }
}

/** Refuses the same models as the reference. */
/** Errors unless a model has pieces, one of them unknown, a known type, and all byte pieces or none. */
export function checkModel({ pieces, types, modelType, byteFallback }: ModelProto): void {
  const count = (expected: number) => types.reduce((sum, type) => sum + (type === expected ? 1 : 0), 0);
  if (pieces.length === 0) failFile('the SentencePiece model holds no pieces');
  if (count(pieceTypes.unknown) !== 1) {
    failFile(`the SentencePiece model has ${count(pieceTypes.unknown)} unknown pieces; it must have one`);
  }
  if (!Object.values<number>(modelTypes).includes(modelType)) {
    failFile(`the SentencePiece model is of type ${modelType}; known are 1 (unigram), 2 (BPE), 3 (word), 4 (char)`);
  }
  const bytes = count(pieceTypes.byte);
  if (bytes !== (byteFallback ? 256 : 0)) {
    failFile(
      `the SentencePiece model has ${bytes} byte pieces; with byte_fallback ${byteFallback} it must have ` +
        `${byteFallback ? 256 : 0}`,
    );
  }
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return failFile(`${where} holds text that is not UTF-8`);
  }
}
