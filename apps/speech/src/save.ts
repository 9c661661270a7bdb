import { make } from '@residual/appkit';
import { subtitles } from '@residual/model';
import { captionsOf } from './captions.js';
import type { HeardWord } from './heard-words.js';

/** The files that a visitor can save. */
export type SavedFormat = 'srt' | 'vtt' | 'txt';

/** The content of a file of what was heard. */
export function contentOf(words: readonly HeardWord[], format: SavedFormat): string {
  const lines = captionsOf(words);
  return format === 'txt' ? `${lines.map(({ text }) => text).join('\n')}\n` : subtitles(lines, format);
}

/** Saves what was heard as a file of the visitor. */
export function save(name: string, words: readonly HeardWord[], format: SavedFormat): void {
  const address = URL.createObjectURL(new Blob([contentOf(words, format)], { type: 'text/plain' }));
  const link = make('a', { href: address, download: `${name}.${format}` });
  link.click();
  URL.revokeObjectURL(address);
}
