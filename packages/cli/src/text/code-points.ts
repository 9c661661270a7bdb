/** A part of a text. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Spans with their offsets in code points, as commands print them; those of JavaScript are in UTF-16 units. Takes time
 * in proportion to the text and the spans.
 */
export function inCodePoints<Span extends TextSpan>(text: string, spans: readonly Span[]): Span[] {
  const offsets = new Map<number, number>();
  let [units, points] = [0, 0];
  for (const unit of [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b)) {
    points += Array.from(text.slice(units, unit)).length;
    units = unit;
    offsets.set(unit, points);
  }
  return spans.map(span => ({ ...span, start: offsets.get(span.start)!, end: offsets.get(span.end)! }));
}
