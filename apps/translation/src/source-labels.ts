import type { TranslatedSegment } from '@residual/model';
import type { Session } from './session.js';

/** The labels of the source tokens: their text in the vocabulary, or the span of the source if the token is unknown. */
export function sourceLabels(
  { source, sourceTokens, alignment, unknownSpans }: TranslatedSegment,
  session: Pick<Session, 'textOf'>,
): string[] {
  return sourceTokens.map((id, i) => {
    const [start, end] = alignment?.source[i] ?? [0, 0];
    const isUnknown = unknownSpans.some(([from, to]) => from === start && to === end);
    return isUnknown ? source.slice(start, end) : session.textOf(id);
  });
}
