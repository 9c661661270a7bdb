import type { PreTokenEncoder } from '../models/model.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import { encodeUtf16 } from '../text/byte-text.js';
import {
  CharacterTable,
  contextual,
  drop,
  endsPreToken,
  joinsRun,
  multiple,
  ownPreToken,
  startsPreToken,
  unresolved,
} from './character-table.js';
import type { PreTokenizer, SinglePassEncoder } from './pre-tokenizer.js';

/** No pre-token is open, or one that nothing joins. */
const [none, sealed] = [-1, 255] as const;
/** Longer pre-tokens take the general path. */
const maxPreTokenLength = 1 << 14;
/** Each stage distinguishes two classes of runs, and their numbers must fit in an entry. */
const maxStages = 5;

/**
 * Creates an encoder for stages that classify each character by itself; the last of them may make spaces visible. A
 * table holds the result for each character, computed by the stages and the normalizer themselves, and one pass over
 * the text writes the pre-tokens. Undefined if the stages do not allow it.
 */
export function singlePassEncoder(
  stages: PreTokenizer,
  normalizer: Normalizer | undefined,
): SinglePassEncoder | undefined {
  const metaspace = stages.at(-1)?.metaspace;
  const classStages = metaspace ? stages.slice(0, -1) : stages;
  const isSupported =
    classStages.every(({ classify }) => classify) &&
    classStages.length <= maxStages &&
    metaspace?.prependScheme !== 'first';
  if (!isSupported || (metaspace?.replacement.length ?? 1) !== 1) return undefined;
  const normalizes = normalizer?.isContextFree !== undefined;
  const characters = new CharacterTable(classStages, metaspace?.replacement, normalizes ? normalizer : undefined);
  return {
    normalizes,
    encode: encodeWith(characters, metaspace?.prependScheme === 'always' ? metaspace.replacement : ''),
  };
}

/** Separate small functions for the most frequent work, so that engines compile them during the first text. */
function encodeWith(characters: CharacterTable, front: string): SinglePassEncoder['encode'] {
  const table = characters.units;
  /** The current pre-token. Its first unit is the symbol in front, if there is one. */
  const preToken = new Uint16Array(maxPreTokenLength + 2);
  if (front !== '') preToken[0] = front.charCodeAt(0);
  /** The length of the current pre-token so far. */
  let length = 0;
  /** The number of entries already used of the character at which the next pre-token may start. */
  let used = 0;

  /** Appends the units that join the current pre-token and returns their end. */
  const writeRun = (units: Uint16Array, at: number, end: number, kind: number) => {
    let to = length;
    for (; at < end; at++) {
      const entry = table[units[at]!]!;
      if ((entry & 255) === kind) preToken[to++] = entry >>> 8;
      else if ((entry & 255) !== drop) break;
    }
    length = to;
    return at;
  };

  /**
   * Encodes the pre-token at `at`, if any. Returns where the next one may start, or -1 if the text must take the
   * general path.
   */
  const encodePreToken = (
    units: Uint16Array,
    at: number,
    end: number,
    encode: PreTokenEncoder['encode'],
    ids: number[],
  ) => {
    const entry = table[units[at]!]!;
    const action = entry & 255;
    if (action === endsPreToken) return at + 1;
    length = action === startsPreToken ? 0 : front.length;
    if (action < endsPreToken) return continuePreToken(units, at, end, none, encode, ids);
    preToken[length++] = entry >>> 8;
    const open = action === startsPreToken ? joinsRun : action;
    const to = action === ownPreToken ? at + 1 : writeRun(units, at + 1, end, open);
    const follows = to < end ? table[units[to]!]! & 255 : endsPreToken;
    if (follows < endsPreToken)
      return continuePreToken(units, to, end, action === ownPreToken ? sealed : open, encode, ids);
    if (length >= maxPreTokenLength) return -1;
    encode(preToken, 0, length, ids);
    return follows === endsPreToken ? to + 1 : to;
  };

  /** Continues a pre-token that characters of class `open` join, where the table alone does not suffice. */
  const continuePreToken = (
    units: Uint16Array,
    at: number,
    end: number,
    open: number,
    encode: PreTokenEncoder['encode'],
    ids: number[],
  ) => {
    for (; at < end && length < maxPreTokenLength; at++) {
      const entry = table[units[at]!]!;
      if ((entry & 255) === open) {
        preToken[length++] = entry >>> 8;
        continue;
      }
      const list =
        (entry & 255) === unresolved || (entry & 255) === multiple ? characters.entriesAt(units, at, end) : undefined;
      for (let index = used; index < (list?.length ?? 1); index++) {
        const next = list ? list[index]! : entry;
        const action = next & 255;
        if (action === contextual) return -1;
        if (action === drop) continue;
        if (open !== none && open !== action) {
          used = index;
          encode(preToken, 0, length, ids);
          return at;
        }
        if (action === endsPreToken) continue;
        if (action === startsPreToken) length = 0;
        length = write(next >>> 8, preToken, length);
        open = action === startsPreToken ? joinsRun : action === ownPreToken ? sealed : action;
      }
      used = 0;
      if (list && (units[at]! & 0xfc00) === 0xd800) at++;
    }
    if (length >= maxPreTokenLength) return -1;
    if (open !== none) encode(preToken, 0, length, ids);
    return at;
  };

  return (text, model, ids, limit) => {
    const units = encodeUtf16(text);
    const end = text.length;
    used = 0;
    for (let at = 0; at < end && ids.length < limit; ) {
      at = encodePreToken(units, at, end, model.encode, ids);
      if (at < 0) return false;
    }
    return true;
  };
}

function write(code: number, preToken: Uint16Array, at: number): number {
  if (code < 0x10000) {
    preToken[at] = code;
    return at + 1;
  }
  preToken[at] = 0xd7c0 + (code >> 10);
  preToken[at + 1] = 0xdc00 | (code & 0x3ff);
  return at + 2;
}
