import { expect, test } from 'vitest';
import { subtitles } from './subtitles.js';

const captions = [
  { start: 0, end: 8, text: ' And so my fellow Americans' },
  { start: 8, end: 9, text: ' ' },
  { start: 59.999, end: 3661.5, text: ' ask <what> & why' },
];

test('SubRip numbers captions and has commas in times', () => {
  expect(subtitles(captions, 'srt')).toBe(
    '1\n00:00:00,000 --> 00:00:08,000\nAnd so my fellow Americans\n\n' +
      '2\n00:00:59,999 --> 01:01:01,500\nask <what> & why\n',
  );
  expect(subtitles([], 'srt')).toBe('');
});

test('WebVTT begins with its name and escapes tags', () => {
  expect(subtitles(captions, 'vtt')).toBe(
    'WEBVTT\n\n00:00:00.000 --> 00:00:08.000\nAnd so my fellow Americans\n\n' +
      '00:00:59.999 --> 01:01:01.500\nask &lt;what&gt; &amp; why\n',
  );
  expect(() => subtitles(captions, 'txt' as never)).toThrow('subtitles: format is "txt"; it must be srt or vtt');
});
