import { expectValue } from '@residual/base';
import { readings } from './readings/all.js';
import type { Surroundings } from './readings/reading.js';

/** How a voice rests after a word: not at all, within a sentence, or at its end. */
export type Pause = '' | ',' | '.' | '!' | '?';

/** A word as it is said. */
export interface SpokenWord {
  /** Small letters from a to z and apostrophes; the name of a letter is the letter and a full stop. */
  readonly word: string;
  /** Where it is written: UTF-16 units from `start` to before `end`. Words of one number share them. */
  readonly start: number;
  readonly end: number;
  readonly pause: Pause;
}

/** A part of a text that cannot be said: emoji, other scripts. */
export interface SkippedText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A text as it is said. */
export interface SpokenText {
  readonly words: readonly SpokenWord[];
  readonly skipped: readonly SkippedText[];
}

/** All readings, made when a text is first read. */
let made: ReturnType<typeof readings> | undefined;

/** Marks that let the voice rest. */
const pauses: Readonly<Record<string, Pause>> = {
  ...{ ',': ',', ';': ',', ':': ',', '–': ',', '—': ',', '(': ',', ')': ',', '[': ',', ']': ',', '•': ',', '…': '.' },
  ...{ '.': '.', '!': '!', '?': '?', '‽': '?', '¡': '', '¿': '' },
};
const strength = ['', ',', '.', '!', '?'] as const satisfies readonly Pause[];
const stronger = (a: Pause, b: Pause): Pause => (strength.indexOf(a) >= strength.indexOf(b) ? a : b);

/**
 * An English text as words: numbers, dates, times, money, units, addresses, abbreviations and signs are said as a
 * reader would (Sproat et al. 2001), with where each word is written and how the voice rests after it. It takes time in
 * proportion to the length.
 */
export function spokenText(text: string): SpokenText {
  expectValue(typeof text === 'string', 'spokenText', 'the text', text, 'a string');
  const around: Surroundings = { text, isShouted: isShouted(text) };
  made ??= readings();
  const all = made;
  const words: { word: string; start: number; end: number; pause: Pause }[] = [];
  const skipped: { text: string; start: number; end: number }[] = [];
  const rest = (pause: Pause) => {
    const last = words.at(-1);
    if (last) last.pause = stronger(last.pause, pause);
  };
  const skip = (start: number, end: number) => {
    const last = skipped.at(-1);
    if (last?.end === start) Object.assign(last, { end, text: text.slice(last.start, end) });
    else skipped.push({ text: text.slice(start, end), start, end });
  };
  for (let at = 0; at < text.length; ) {
    const space = spaces.exec(from(spaces, text, at));
    if (space) {
      if (/\n[^\S\n]*\n/.test(space[0]))
        rest('.'); // a paragraph
      else if (space[0].includes('-')) rest(',');
      at += space[0].length;
      continue;
    }
    const found = firstReading(at);
    if (found) {
      for (const group of found.words.split(',')) {
        for (const word of group.split(' ').filter(each => each !== ''))
          words.push({ word, start: at, end: at + found.length, pause: '' });
        rest(',');
      }
      const last = words.at(-1);
      if (last) last.pause = '';
      at += found.length;
      continue;
    }
    const [mark = ''] = marks.exec(from(marks, text, at)) ?? [];
    const character = mark === '' ? String.fromCodePoint(text.codePointAt(at)!) : mark;
    const pause = mark === '' ? pauses[character] : mark.startsWith('--') ? ',' : '';
    if (pause !== undefined) rest(pause);
    else skip(at, at + character.length);
    at += character.length;
  }
  const end = words.at(-1);
  if (end && strength.indexOf(end.pause) < strength.indexOf('.')) end.pause = '.';
  return { words, skipped };

  function firstReading(at: number): { words: string; length: number } | undefined {
    for (const { pattern, words: wordsOf } of all) {
      const match = pattern.exec(from(pattern, text, at));
      const spoken = match && match[0] !== '' ? wordsOf(match, around) : undefined;
      if (match && spoken !== undefined) return { words: spoken, length: match[0].length };
    }
    return undefined;
  }
}

/** Spaces, perhaps around a dash. */
const spaces = /\s+(?:-+\s+)?/uy;

/** Quotes and marks of form that are not said. */
const marks = /-+|(?:["“”„«»'‘’`*_|^~{}\u00ad\u2060\ufeff]|\p{Cf}|\p{Variation_Selector})+/uy;

/** The text, for a sticky pattern that begins at an index. */
function from(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return text;
}

/** Whether a text has hardly any small letters. */
function isShouted(text: string): boolean {
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  const small = text.match(/\p{Ll}/gu)?.length ?? 0;
  return capitals > 5 && small < capitals / 4;
}
