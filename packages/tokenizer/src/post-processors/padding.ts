import type { TokenSpan } from '../encoding.js';
import { failInput } from '../errors.js';
import { required } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import { checkChoice, checkCount } from './truncation.js';

/** How encodings are padded to the same length. */
export interface Padding {
  /** The number of tokens, or `longest` for the length of the longest encoding of the batch. */
  readonly length: number | 'longest';
  /** The length is rounded up to a multiple of this. Default 1. */
  readonly multipleOf?: number;
  /** The id of the padding token. Default: `tokenizer.padTokenId`, or 0. */
  readonly id?: number;
  /** The name of padding tokens in `tokens`. Default: the vocabulary's name of the id. */
  readonly token?: string;
  /** The type id of padding. Default 0. */
  readonly typeId?: number;
  /** Which end is padded. Default `right`. */
  readonly direction?: 'left' | 'right';
}

/** The maximum length that a file may ask for: about a million tokens. */
const maxLengthInFile = 1 << 20;
/** The maximum length of a padded encoding. */
const maxPaddedLength = 1 << 24;

/** The fields of padding in `tokenizer.json`, in the reference's order, with the values of absent ones. */
export const paddingFields = {
  strategy: required,
  direction: 'Right',
  pad_to_multiple_of: null,
  pad_id: 0,
  pad_type_id: 0,
  pad_token: '[PAD]',
};

/** Reads the padding of a `tokenizer.json`, whose fields have the values of {@link paddingFields} if absent. */
export function readPadding(fields: Fields): Padding {
  const isLongest = fields.raw('strategy') === 'BatchLongest';
  return {
    length: isLongest ? 'longest' : fields.object('strategy').count('Fixed', undefined, maxLengthInFile),
    multipleOf: fields.has('pad_to_multiple_of') ? fields.count('pad_to_multiple_of', undefined, maxLengthInFile) : 1,
    id: fields.count('pad_id'),
    token: fields.string('pad_token'),
    typeId: fields.count('pad_type_id'),
    direction: fields.choice('direction', ['Left', 'Right']) === 'Left' ? 'left' : 'right',
  };
}

/** The length of the padded encodings of a batch whose longest encoding has `longest` tokens. */
export function paddedLength(padding: Padding, longest: number): number {
  const { length, multipleOf = 1, id = 0, typeId = 0, direction = 'right' } = padding;
  if (length !== 'longest') checkCount('padding.length', length);
  checkCount('padding.multipleOf', multipleOf);
  checkCount('padding.id', id);
  checkCount('padding.typeId', typeId);
  checkChoice('padding.direction', direction, ['left', 'right']);
  const target = length === 'longest' ? longest : length;
  const padded = multipleOf > 1 ? Math.ceil(target / multipleOf) * multipleOf : target;
  return padded <= maxPaddedLength
    ? padded
    : failInput(`encode: padding to ${padded} tokens; ${maxPaddedLength} would fit`);
}

/** Pads the spans of an encoding to a length. A longer encoding stays as it is. */
export function pad(
  parts: readonly TokenSpan[],
  { id = 0, token, typeId = 0, direction }: Padding,
  length: number,
): readonly TokenSpan[] {
  const missing = length - parts.reduce((count, part) => count + part.ids.length, 0);
  if (missing <= 0) return parts;
  const tokens = token === undefined ? {} : { tokens: new Array<string>(missing).fill(token) };
  const padding: TokenSpan = { ids: new Array<number>(missing).fill(id), ...tokens, typeId, isPadding: true };
  return direction === 'left' ? [padding, ...parts] : [...parts, padding];
}
