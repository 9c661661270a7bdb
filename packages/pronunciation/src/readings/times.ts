import { cardinalWords, digitWords } from '../number-words.js';
import { end, type Reading, reading, shortStop } from './reading.js';

const half = `[ \\u00a0\\u202f]?([AaPp])(?:\\.[Mm]${shortStop}|[Mm])`;
const halfWords = (letter: string | undefined) => (letter === undefined ? '' : ` ${letter.toLowerCase()}. m.`);

/** Times of the day: "10:30 pm", "9 a.m.", "12:05", "8:00". */
export const times = (): readonly Reading[] => [
  reading(
    `([01]?\\d|2[0-4]):([0-5]\\d)(?::([0-5]\\d))?(?:${half})?(?![\\p{L}\\p{N}:])`,
    ([, hour = '', minute = '', second, letter]) => {
      const hours = cardinalWords(String(Number(hour)));
      const minutes = minute.startsWith('0') ? `oh ${digitWords(minute.slice(1))}` : cardinalWords(minute);
      const seconds = second === undefined ? '' : ` and ${cardinalWords(String(Number(second)))} seconds`;
      if (minute !== '00') return `${hours} ${minutes}${seconds}${halfWords(letter)}`;
      const isWhole = letter === undefined && Number(hour) >= 1 && Number(hour) <= 12;
      return `${hours}${isWhole ? " o'clock" : letter === undefined ? ' hundred' : ''}${seconds}${halfWords(letter)}`;
    },
  ),
  reading(`(1[0-2]|[1-9])${half}${end}`, ([, hour = '', letter]) => `${cardinalWords(hour)}${halfWords(letter)}`),
];
