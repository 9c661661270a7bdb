import { unitsOfText } from '../byte-text.js';
import type { PieceReader } from '../models/model.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import { begins, CharacterTable, depends, drops, ends, joins, several, stands, unknown } from './character-table.js';
import type { PreTokenizer, Reader } from './pre-tokenizer.js';

/** No piece is open, or one that nothing joins. */
const [none, sealed] = [-1, 255] as const;
/** Longer pieces are left to the usual way. */
const longestPiece = 1 << 14;
/** Stages tell two kinds of runs each; their numbers must fit an entry. */
const mostStages = 5;

/**
 * The reader of stages that look at each character by itself, the last of which may make spaces visible: a table says what becomes of each character, and one
 * pass over the text writes the pieces. What the table says is what the stages and the normalizer themselves make of the character alone.
 */
export function characterReader(stages: PreTokenizer, normalizer: Normalizer | undefined): Reader | undefined {
  const visible = stages.at(-1)?.visible;
  const kinds = visible ? stages.slice(0, -1) : stages;
  const isRead = kinds.every(({ kindOf }) => kindOf) && kinds.length <= mostStages && visible?.scheme !== 'first';
  if (!isRead || (visible?.symbol.length ?? 1) !== 1) return undefined;
  const normalizes = normalizer?.standsAlone !== undefined;
  const characters = new CharacterTable(kinds, visible?.symbol, normalizes ? normalizer : undefined);
  return { normalizes, read: readerOf(characters, visible?.scheme === 'always' ? visible.symbol : '') };
}

/** Small functions of their own for what is done most: engines compile them while the first text is read. */
function readerOf(characters: CharacterTable, front: string): Reader['read'] {
  const table = characters.units;
  /** The piece that is being written; its first unit is the symbol in front, where there is one. */
  const piece = new Uint16Array(longestPiece + 2);
  if (front !== '') piece[0] = front.charCodeAt(0);
  /** What is written of it so far. */
  let length = 0;
  /** How many entries of the character where the next piece may begin are used up. */
  let used = 0;

  /** Writes what joins the piece; returns where that ends. */
  const writeRun = (units: Uint16Array, at: number, end: number, kind: number) => {
    let to = length;
    for (; at < end; at++) {
      const entry = table[units[at]!]!;
      if ((entry & 255) === kind) piece[to++] = entry >>> 8;
      else if ((entry & 255) !== drops) break;
    }
    length = to;
    return at;
  };

  /** Reads the piece that begins at `at`, if any; returns where the next may begin, -1 where the text must be read the usual way. */
  const readPiece = (units: Uint16Array, at: number, end: number, read: PieceReader['units'], ids: number[]) => {
    const entry = table[units[at]!]!;
    const action = entry & 255;
    if (action === ends) return at + 1;
    length = action === begins ? 0 : front.length;
    if (action < ends) return readOn(units, at, end, none, read, ids);
    piece[length++] = entry >>> 8;
    const open = action === begins ? joins : action;
    const to = action === stands ? at + 1 : writeRun(units, at + 1, end, open);
    const follows = to < end ? table[units[to]!]! & 255 : ends;
    if (follows < ends) return readOn(units, to, end, action === stands ? sealed : open, read, ids);
    if (length >= longestPiece) return -1;
    read(piece, 0, length, ids);
    return follows === ends ? to + 1 : to;
  };

  /** Goes on with a piece that characters of the kind `open` join, where the table alone does not say how. */
  const readOn = (
    units: Uint16Array,
    at: number,
    end: number,
    open: number,
    read: PieceReader['units'],
    ids: number[],
  ) => {
    for (; at < end && length < longestPiece; at++) {
      const entry = table[units[at]!]!;
      if ((entry & 255) === open) {
        piece[length++] = entry >>> 8;
        continue;
      }
      const list =
        (entry & 255) === unknown || (entry & 255) === several ? characters.entriesAt(units, at, end) : undefined;
      for (let index = used; index < (list?.length ?? 1); index++) {
        const next = list ? list[index]! : entry;
        const action = next & 255;
        if (action === depends) return -1;
        if (action === drops) continue;
        if (open !== none && open !== action) {
          used = index;
          read(piece, 0, length, ids);
          return at;
        }
        if (action === ends) continue;
        if (action === begins) length = 0;
        length = write(next >>> 8, piece, length);
        open = action === begins ? joins : action === stands ? sealed : action;
      }
      used = 0;
      if (list && (units[at]! & 0xfc00) === 0xd800) at++;
    }
    if (length >= longestPiece) return -1;
    if (open !== none) read(piece, 0, length, ids);
    return at;
  };

  return (text, model, ids, limit) => {
    const units = unitsOfText(text);
    const end = text.length;
    used = 0;
    for (let at = 0; at < end && ids.length < limit; ) {
      at = readPiece(units, at, end, model.units, ids);
      if (at < 0) return false;
    }
    return true;
  };
}

function write(code: number, piece: Uint16Array, at: number): number {
  if (code < 0x10000) {
    piece[at] = code;
    return at + 1;
  }
  piece[at] = 0xd7c0 + (code >> 10);
  piece[at + 1] = 0xdc00 | (code & 0x3ff);
  return at + 2;
}
