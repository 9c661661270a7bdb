import type { SpokenSentence } from '@residual/model';

/** A word as it is spoken, and as the page shows it. */
export interface SpokenTextWord {
  /** As it is written, with the space before it and the marks after it; as it is said if that differs. */
  readonly text: string;
  /** As it is said: in small letters, numbers in words. */
  readonly said: string;
  /** The number of its sentence, and the indices of its tokens there. */
  readonly sentence: number;
  readonly tokens: readonly number[];
  /** When it is said, in seconds from the beginning of the speech. */
  readonly start: number;
  readonly end: number;
  /** For lists that mark what is unsure: it is not. */
  readonly probability: 1;
}

/** The words of spoken sentences of a text. */
export function spokenWords(text: string, sentences: readonly SpokenSentence[]): SpokenTextWord[] {
  const words = sentences.flatMap(({ words }, sentence) => words.map(word => ({ ...word, sentence })));
  return words.map(({ text: said, span: [from, to], sentence, tokens, start, end }, i) => {
    const written = text.slice(from, to);
    const isWritten = written.toLowerCase() === said;
    const isLastThere = words[i + 1]?.span[0] !== from; // "$2" are two words
    const marks = isLastThere ? /^[\p{Pe}\p{Pf}.,;:!?…"']*/u.exec(text.slice(to))![0] : '';
    return { text: ` ${isWritten ? written : said}${marks}`, said, sentence, tokens, start, end, probability: 1 };
  });
}
