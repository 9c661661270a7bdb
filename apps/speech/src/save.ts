import { saveFile } from '@residual/appkit';
import { subtitles } from '@residual/model';
import { captionsOf, type TimedWord } from './captions.js';

/** The files that a visitor can save. */
export type SavedFormat = 'srt' | 'vtt' | 'txt';

/** The content of a file of words that were heard or spoken. */
export function contentOf(words: readonly TimedWord[], format: SavedFormat): string {
  const lines = captionsOf(words);
  return format === 'txt' ? `${lines.map(({ text }) => text).join('\n')}\n` : subtitles(lines, format);
}

/** Saves words that were heard or spoken as a file of the visitor. */
export function save(name: string, words: readonly TimedWord[], format: SavedFormat): void {
  saveFile(`${name}.${format}`, new Blob([contentOf(words, format)], { type: 'text/plain' }));
}
