import { longestMatchLength, root, type Trie } from '../../models/trie.js';
import { CharsMap } from '../../normalizers/chars-map.js';
import type { Normalizer } from '../../normalizers/normalizer.js';
import type { NormalizedString } from '../../text/normalized-string.js';
import { unitsAt } from '../../text/unicode.js';
import type { NormalizerSpec } from './model-proto.js';

/** Stands for a space within pieces. */
export const spaceSymbol = '\u2581';

/**
 * SentencePiece's own normalizer. At each index it applies the longest rule of the table, leaves user-defined symbols
 * unchanged and makes spaces visible. Depending on the model it removes spaces at the ends and repeated spaces, and
 * adds one in front or at the end.
 */
export function sentencePieceNormalizer(
  spec: NormalizerSpec,
  symbols: Trie | undefined,
  treatWhitespaceAsSuffix: boolean,
): Normalizer {
  const map = spec.charsMap.length > 0 ? new CharsMap(spec.charsMap, 'precompiled_charsmap') : undefined;
  const space = spec.escapeWhitespaces ? spaceSymbol : ' ';
  const removesSpaces = spec.removeExtraWhitespaces;
  const isPlain = plainUnits(map, symbols);

  return text => {
    const old = text.text;
    const output: string[] = [];
    const starts: number[] = []; // for each unit of the output its offset in the original text
    let length = 0;
    const write = (part: string, from: number) => {
      text.checkLength((length += part.length));
      output.push(part);
      if (text.tracked) for (let index = 0; index < part.length; index++) starts.push(originalOffset(text, from));
    };
    /** Copies the run of unchanged characters at `at` and returns its end. */
    const copy = (): number => {
      let to = at;
      for (; to < old.length && isPlain(old.charCodeAt(to)); to++) if (text.tracked) starts.push(text.start(to));
      if (to > at) output.push(old.slice(at, to));
      return to;
    };
    let at = 0;
    let next = '';
    /** Applies the next rule, stores its output in `next` and returns the end of its input. */
    const read = (): number => {
      const symbol = longestMatchLength(symbols, old, at, old.length);
      const rule = symbol > 0 ? undefined : map?.longestMatch(old, at);
      next = rule?.replacement ?? old.slice(at, at + (symbol || unitsAt(old, at)));
      return at + (rule?.units ?? next.length);
    };
    if (removesSpaces) {
      for (let to = 0; at < old.length; at = to) {
        to = read();
        if (next !== ' ') break;
      }
    }
    if (at === old.length) return text.realign('', [originalOffset(text, at)]);
    if (spec.addDummyPrefix && !treatWhitespaceAsSuffix) write(space, at);
    let afterSpace = removesSpaces;
    for (let to = at; at < old.length; at = to) {
      to = copy();
      if (to > at) {
        afterSpace = false;
        continue;
      }
      to = read();
      let part = next;
      if (afterSpace) while (part.startsWith(' ')) part = part.slice(1);
      if (part === '') continue;
      write(part === ' ' ? space : spec.escapeWhitespaces ? part.replaceAll(' ', space) : part, at);
      afterSpace = removesSpaces && part.endsWith(' ');
    }
    let whole = output.join('');
    let consumed = originalOffset(text, at);
    if (removesSpaces && whole.endsWith(space)) {
      let end = whole.length;
      while (end > 0 && whole[end - 1] === space) end--;
      whole = whole.slice(0, end);
      consumed = starts[end] ?? 0;
      starts.length = Math.min(starts.length, end);
    }
    if (spec.addDummyPrefix && treatWhitespaceAsSuffix) {
      whole += space;
      starts.push(consumed);
    }
    starts.push(consumed);
    text.realign(whole, starts);
  };
}

/** Returns whether a unit is a character that no rule changes and that starts no symbol. The answers are cached. */
function plainUnits(map: CharsMap | undefined, symbols: Trie | undefined): (unit: number) => boolean {
  const cache = new Uint8Array(0x10000);
  const computeIsPlain = (unit: number) => {
    const isOther = unit === 0x20 || (unit & 0xf800) === 0xd800;
    return !isOther && !map?.isRulePrefix(unit) && (symbols?.step(root, unit) ?? -1) < 0;
  };
  return unit => {
    if (cache[unit] === 0) cache[unit] = computeIsPlain(unit) ? 1 : 2;
    return cache[unit] === 1;
  };
}

const originalOffset = (text: NormalizedString, at: number) =>
  at < text.text.length ? text.start(at) : at === 0 ? text.origin : text.end(at - 1);
