import { firstFew, ResidualError } from '@residual/base';
import { allPhones, type Phone } from './phones.js';

/** How words are pronounced. */
export interface PronouncingDictionary {
  /** The number of words. */
  readonly size: number;
  /** The phones of a word in small letters; undefined if it is not there. */
  get(word: string): readonly Phone[] | undefined;
}

/** The first bytes of a packed dictionary. */
const magic = 'RPD1';
/** The first word of as many is written whole, and found by its place. */
const blockSize = 32;
const [headerBytes, placeBytes] = [12, 4] as const;

/**
 * Packs pronunciations into bytes: words in the order of their bytes, 32 in a block; of each word how many letters it
 * shares with the word before, the others, and a byte for each phone. 126,000 words of the CMU dictionary take 1.8 MB,
 * and half of that compressed.
 *
 *     "RPD1"  words u32  blocks u32  place of each block u32
 *     each word: shared u8, letters u8, phones u8, letters, phones
 */
export function packDictionary(entries: Iterable<readonly [word: string, phones: readonly Phone[]]>): Uint8Array {
  const numbers = new Map(allPhones().map((phone, i) => [phone, i]));
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const body: number[] = [];
  const places: number[] = [];
  let before = '';
  for (const [i, [word, sounds]] of sorted.entries()) {
    if (i > 0 && word === before) throw entryError(`${word} is there twice`);
    if (!/^[a-z'._-]{1,255}$/.test(word)) throw entryError(`${word} is no word of 1 to 255 small letters`);
    if (sounds.length < 1 || sounds.length > 255) throw entryError(`${word} has ${sounds.length} phones; 1 to 255 fit`);
    const unknown = sounds.filter(phone => !numbers.has(phone));
    if (unknown.length > 0) throw entryError(`${word} has the unknown phones ${firstFew(unknown)}`);
    if (i % blockSize === 0) places.push(body.length);
    let shared = 0;
    if (i % blockSize !== 0) while (shared < word.length && word[shared] === before[shared]) shared += 1;
    const letters = [...word.slice(shared)].map(letter => letter.charCodeAt(0));
    body.push(shared, letters.length, sounds.length, ...letters, ...sounds.map(phone => numbers.get(phone)!));
    before = word;
  }
  const start = headerBytes + placeBytes * places.length;
  const bytes = new Uint8Array(start + body.length);
  const view = new DataView(bytes.buffer);
  for (const [i, letter] of [...magic].entries()) bytes[i] = letter.charCodeAt(0);
  view.setUint32(4, sorted.length, true);
  view.setUint32(8, places.length, true);
  for (const [i, place] of places.entries()) view.setUint32(headerBytes + placeBytes * i, start + place, true);
  bytes.set(body, start);
  return bytes;
}

/** Opens a packed dictionary without unpacking it. Throws if it is none, or damaged where it is first looked at. */
export function openDictionary(bytes: Uint8Array): PronouncingDictionary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = String.fromCharCode(...bytes.subarray(0, magic.length));
  if (begins !== magic || bytes.length < headerBytes)
    throw new ResidualError(
      'format',
      `openDictionary: the file begins with ${JSON.stringify(begins)}; "${magic}" fits`,
    );
  const [size, blocks] = [view.getUint32(4, true), view.getUint32(8, true)];
  const fits = headerBytes + placeBytes * blocks <= bytes.length && blocks === Math.ceil(size / blockSize);
  if (!fits)
    throw damaged(`${size} words in ${blocks} blocks do not fit into ${bytes.length} bytes of blocks of ${blockSize}`);
  const blockAt = (block: number) => {
    const place = view.getUint32(headerBytes + placeBytes * block, true);
    if (place >= bytes.length) throw damaged(`block ${block} is at ${place} of ${bytes.length} bytes`);
    return place;
  };
  /** Walks through a block, and returns the phones of a word in it. */
  const inBlock = (block: number, word: string) => {
    let at = blockAt(block);
    let current = '';
    for (let i = block * blockSize; i < Math.min(size, (block + 1) * blockSize); i++) {
      const entry = entryAt(bytes, at, current);
      if (entry.word === word) return bytes.subarray(entry.phonesAt, entry.next);
      if (entry.word > word) return undefined;
      current = entry.word;
      at = entry.next;
    }
    return undefined;
  };
  const known = allPhones();
  return {
    size,
    get: word => {
      let [low, high] = [0, blocks];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (entryAt(bytes, blockAt(middle), '').word <= word) low = middle + 1;
        else high = middle;
      }
      const numbers = low === 0 ? undefined : inBlock(low - 1, word);
      return numbers && Array.from(numbers, number => phoneOf(known, number));
    },
  };
}

interface Entry {
  readonly word: string;
  readonly phonesAt: number;
  readonly next: number;
}

/** The word at a place, which continues the word before. */
function entryAt(bytes: Uint8Array, at: number, before: string): Entry {
  const [shared = 0, letters = 0, sounds = 0] = bytes.subarray(at, at + 3);
  const phonesAt = at + 3 + letters;
  const next = phonesAt + sounds;
  if (next > bytes.length || shared > before.length) throw damaged(`the word at byte ${at} ends at ${next}`);
  const word = before.slice(0, shared) + String.fromCharCode(...bytes.subarray(at + 3, phonesAt));
  return { word, phonesAt, next };
}

function phoneOf(phones: readonly Phone[], number: number): Phone {
  const phone = phones[number];
  if (phone === undefined) throw damaged(`phone ${number} is unknown; there are ${phones.length}`);
  return phone;
}

const damaged = (what: string) => new ResidualError('format', `openDictionary: the file is damaged: ${what}`);
const entryError = (what: string) => new ResidualError('option', `packDictionary: ${what}`);
