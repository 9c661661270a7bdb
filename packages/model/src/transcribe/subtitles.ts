import { expectValue } from '@residual/base';

/** A text, and when it is shown, in seconds. */
export interface Caption {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Captions, such as the segments of a transcription, as a file of subtitles: SubRip (`srt`) or WebVTT (`vtt`, W3C
 * 2019). Captions without text are left out.
 */
export function subtitles(captions: readonly Caption[], format: 'srt' | 'vtt'): string {
  expectValue(['srt', 'vtt'].includes(format), 'subtitles', 'format', format, 'srt or vtt');
  const blocks = captions
    .filter(({ text }) => text.trim() !== '')
    .map(({ start, end, text }, i) => {
      const times = [start, end].map(seconds => timestampOf(seconds, format === 'srt' ? ',' : '.'));
      const shown = format === 'srt' ? text.trim() : escaped(text.trim());
      return `${format === 'srt' ? `${i + 1}\n` : ''}${times.join(' --> ')}\n${shown}\n`;
    });
  return [...(format === 'vtt' ? ['WEBVTT\n'] : []), ...blocks].join('\n');
}

/** 00:01:02,345 */
function timestampOf(seconds: number, point: string): string {
  const milliseconds = Math.round(seconds * 1000);
  const parts = [3_600_000, 60_000, 1000].map((unit, i) => Math.floor(milliseconds / unit) % (i === 0 ? 1e9 : 60));
  const text = parts.map(part => `${part}`.padStart(2, '0')).join(':');
  return `${text}${point}${`${milliseconds % 1000}`.padStart(3, '0')}`;
}

/** A text without what WebVTT reads as a tag or as times. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
