/** A word with its time in seconds; its text has the space before it. */
export interface TimedWord {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A line of subtitles. */
export interface CaptionLine {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A line has at most this many characters, and ends at a pause of this many seconds. */
const [maxLength, pause] = [42, 0.6];

/** Words as lines of subtitles: a line ends with a sentence, at a pause, or when it is full. */
export function captionsOf(words: readonly TimedWord[]): CaptionLine[] {
  const lines: CaptionLine[] = [];
  for (const { text, start, end } of words) {
    const last = lines.at(-1);
    const isNew =
      !last || /[.!?]$/.test(last.text) || start - last.end > pause || last.text.length + text.length > maxLength;
    if (isNew) lines.push({ start, end, text: text.trim() });
    else lines[lines.length - 1] = { start: last.start, end, text: last.text + text };
  }
  return lines;
}
