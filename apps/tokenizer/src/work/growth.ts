import type { TokenWithOffset } from '@residual/elements';

/** A merge that was learned, as the text of its tokens. */
export interface Learned {
  readonly left: string;
  readonly right: string;
  readonly count: number;
}

/** What the page hears while a tokenizer is trained. */
export interface Growth {
  readonly vocabSize: number;
  /** The merges since the last report. */
  readonly merges: readonly Learned[];
  /** The number of tokens of the whole text, and the tokens of its beginning. */
  readonly tokens: number;
  readonly shown: readonly TokenWithOffset[];
}

/** What the page says while a tokenizer is trained. */
export type Command = 'pause' | 'go on' | 'stop';

/** The number of characters that are shown, and of a paragraph that is long enough to begin with. */
const [shownLength, longEnough] = [420, 240];

/** The part of a text that is shown: from its first long paragraph on, or its beginning. */
export function excerptOf(text: string): string {
  let start = 0;
  for (const { 0: paragraph, index } of text.matchAll(/[^\n]+(\n[^\n]+)*/g))
    if (paragraph.length >= longEnough) {
      start = index;
      break;
    }
  const shown = [...text.slice(start, start + 2 * shownLength)].slice(0, shownLength).join('');
  const space = shown.search(/\s\S*$/);
  return space > longEnough && start + shown.length < text.length ? shown.slice(0, space) : shown;
}
