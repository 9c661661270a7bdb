import { expectInteger } from '@residual/base';
import { expectOptions } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';

/** A part of a text that is embedded on its own. */
export interface Passage {
  readonly text: string;
  /** The offset of its first character in the text, in UTF-16 units as `slice` counts. */
  readonly start: number;
  /** The offset after its last character. */
  readonly end: number;
}

/** The options of `splitPassages`. */
export interface PassageOptions {
  /** The tokenizer of the model that embeds the passages. */
  readonly tokenizer: Tokenizer;
  /** The most tokens of a passage, without special tokens; default 128. */
  readonly maxTokens?: number;
}

/**
 * Splits a text into passages to be searched by meaning: its paragraphs, which blank lines separate, and where one is
 * too long as many of its sentences as fit, or as many of the tokens of a sentence. White space around a passage
 * belongs to none.
 */
export function splitPassages(text: string, options: PassageOptions): Passage[] {
  expectOptions('splitPassages', options, { tokenizer: 1, maxTokens: 0 });
  const { tokenizer, maxTokens = 128 } = options;
  expectInteger('splitPassages', 'maxTokens', maxTokens, { min: 1 });
  const count = (from: number, to: number) =>
    tokenizer.encode(text.slice(from, to), { addSpecialTokens: false }).ids.length;
  const passages: Passage[] = [];
  for (const [from, to] of paragraphsOf(text)) {
    let open: [number, number] | undefined;
    for (const [start, end] of count(from, to) <= maxTokens ? [[from, to] as const] : sentencesOf(text, from, to)) {
      if (open && count(open[0], end) <= maxTokens) {
        open[1] = end;
        continue;
      }
      if (open) passages.push(trimmed(text, ...open));
      const pieces = windowsOf(text, [start, end], tokenizer, maxTokens);
      for (const piece of pieces.slice(0, -1)) passages.push(trimmed(text, ...piece));
      open = pieces.at(-1)!;
    }
    if (open) passages.push(trimmed(text, ...open));
  }
  return passages.filter(passage => passage.text !== '');
}

/** The first and the last offset of each paragraph. */
function* paragraphsOf(text: string): Generator<readonly [number, number]> {
  let from = 0;
  for (const { index, 0: blank } of text.matchAll(/\n[^\S\n]*(?:\n[^\S\n]*)+/g)) {
    yield [from, index];
    from = index + blank.length;
  }
  yield [from, text.length];
}

function sentencesOf(text: string, from: number, to: number): (readonly [number, number])[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  return Array.from(segmenter.segment(text.slice(from, to)), ({ index, segment }) => {
    return [from + index, from + index + segment.length] as const;
  });
}

/** Parts of a sentence with at most `maxTokens` tokens each. */
function windowsOf(
  text: string,
  [from, to]: readonly [number, number],
  tokenizer: Tokenizer,
  maxTokens: number,
): [number, number][] {
  const { offsets } = tokenizer.encode(text.slice(from, to), { addSpecialTokens: false });
  const starts = [from];
  for (let token = maxTokens; token < offsets.length; token += maxTokens) {
    const start = from + offsets[token]![0];
    if (start > starts.at(-1)!) starts.push(start); // tokens may share a character
  }
  return starts.map((start, i) => [start, starts[i + 1] ?? to]);
}

function trimmed(text: string, from: number, to: number): Passage {
  const raw = text.slice(from, to);
  const start = from + raw.length - raw.trimStart().length;
  const own = raw.trim();
  return { text: own, start, end: start + own.length };
}
