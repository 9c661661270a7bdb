import type { Tokenizer } from '@residual/tokenizer';
import { type MergedWord, mergeInspector, type SegmentedWord, segmentations } from '@residual/tokenizer/inspect';

/** A token in a row of tokens: its text, and how many of the first symbols it covers. */
export interface Brick {
  readonly text: string;
  readonly width: number;
}

/** A word after one more merge; the first has none. */
export interface Frame {
  readonly bricks: readonly Brick[];
  /** The index of the brick that is new, its order among all merges, and its two parts. */
  readonly merge?: { readonly index: number; readonly number: number; readonly left: string; readonly right: string };
}

/** A way to divide a word, with the logarithm of its probability. */
export interface Way {
  readonly bricks: readonly Brick[];
  readonly score: number;
}

/** How a tokenizer divides a word: by merges in order, by probability, or in a way that is not shown. */
export type DividedWord =
  | { readonly kind: 'merges'; readonly count: number; readonly frames: readonly Frame[] }
  | { readonly kind: 'ways'; readonly ways: readonly Way[] }
  | { readonly kind: 'other' };

const shownWays = 5;
const longest = <Word extends MergedWord | SegmentedWord>(words: readonly Word[]): Word | undefined =>
  words.reduce<Word | undefined>(
    (best, word) => (word.text.length > (best?.text.length ?? 0) ? word : best),
    undefined,
  );

/** How the longest word of a text becomes tokens. */
export function divideWord(tokenizer: Tokenizer, text: string): DividedWord {
  const inspector = mergeInspector(tokenizer);
  if (inspector) {
    const word = longest(inspector.words(text));
    return { kind: 'merges', count: inspector.count, frames: word ? framesOf(word) : [] };
  }
  const words = segmentations(tokenizer, text, shownWays);
  if (!words) return { kind: 'other' };
  const best = longest(words);
  const ways = (best?.segmentations ?? []).map(({ spans, score }) => ({
    score,
    bricks: spans.map(([start, end]) => ({ text: best!.text.slice(start, end), width: end - start })),
  }));
  return { kind: 'ways', ways };
}

function framesOf({ text, lengths, merges }: MergedWord): Frame[] {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  let parts = lengths.map(length => ({ start: at, end: (at += length), width: 1 }));
  const brickOf = ({ start, end, width }: (typeof parts)[number]) => ({ text: textOf(bytes, start, end), width });
  const frames: Frame[] = [{ bricks: parts.map(brickOf) }];
  for (const { index, number } of merges) {
    const [left, right] = [parts[index]!, parts[index + 1]!];
    const joined = { start: left.start, end: right.end, width: left.width + right.width };
    parts = [...parts.slice(0, index), joined, ...parts.slice(index + 2)];
    const merge = { index, number, left: brickOf(left).text, right: brickOf(right).text };
    frames.push({ bricks: parts.map(brickOf), merge });
  }
  return frames;
}

/** The text of some bytes; bytes that are a part of a character are shown as hexadecimal numbers. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  const part = bytes.subarray(start, end);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part);
  } catch {
    return Array.from(part, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  }
}
