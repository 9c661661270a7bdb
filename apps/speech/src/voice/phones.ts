import type { SpokenSentence } from '@residual/model';

/** A token of a voice in the score: a phone, or a pause. */
export interface ScorePhone {
  /** The number of its sentence, and its index there. */
  readonly sentence: number;
  readonly token: number;
  /** The phone without its stress; a dot for a pause. */
  readonly label: string;
  readonly isPause: boolean;
  readonly isStressed: boolean;
  /** The index of its word among all words; undefined for a pause. */
  readonly word: number | undefined;
  /** When it is said, in seconds from the beginning of the speech. */
  readonly start: number;
  readonly end: number;
  /** Its pitch in the units of the voice, about -3 to 3; undefined for a pause. */
  readonly pitch: number | undefined;
}

/** The phones and pauses of sentences in the order in which they are said. */
export function phonesOf(sentences: readonly SpokenSentence[]): ScorePhone[] {
  let firstWord = 0;
  return sentences.flatMap(({ tokens, words }, sentence) => {
    const before = firstWord;
    firstWord += words.length;
    const wordOf = new Map(words.flatMap((word, i) => word.tokens.map(token => [token, before + i] as const)));
    return tokens.map(({ token: name, start, end, pitch }, token) => {
      const [, phone, stress] = /^([A-Z]+)(\d?)$/.exec(name) ?? [];
      const isPause = phone === undefined;
      return {
        ...{ sentence, token, isPause, start, end },
        label: phone ?? '·',
        isStressed: stress === '1' || stress === '2',
        word: wordOf.get(token),
        pitch: isPause ? undefined : pitch,
      };
    });
  });
}

/** Phones as they would be with one of them of another length or pitch: those after it move. */
export function previewed(
  phones: readonly ScorePhone[],
  index: number,
  change: { readonly seconds?: number; readonly pitch?: number },
): ScorePhone[] {
  const changed = phones[index]!;
  const delta = change.seconds === undefined ? 0 : change.seconds - (changed.end - changed.start);
  return phones.map((phone, i) => {
    if (i < index) return phone;
    if (i > index) return { ...phone, start: phone.start + delta, end: phone.end + delta };
    return { ...phone, end: phone.end + delta, pitch: change.pitch ?? phone.pitch };
  });
}

/** A phone in words, for screen readers: its length and its pitch. */
export function valueInWords({ start, end, pitch }: ScorePhone): string {
  const length = `${Math.round(1000 * (end - start))} milliseconds`;
  if (pitch === undefined) return length;
  const height = Math.abs(pitch).toFixed(1);
  if (height === '0.0') return `${length}, pitch in the middle`;
  return `${length}, pitch ${height} ${pitch > 0 ? 'above' : 'below'} the middle`;
}
