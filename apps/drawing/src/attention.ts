import type { Pattern } from '@residual/appkit/attention-pattern';
import type { Point, StrokeTokenizer } from '@residual/vision';

/** All tokens of a drawing, with the words before it. */
export interface DrawnTokens {
  readonly tokens: readonly number[];
  /** How many of them were there before the model went on. */
  readonly promptLength: number;
}

/** What attention looks at when a token is chosen: shares that add up to 1. */
export interface LookedAt {
  readonly words: number;
  /** The token between the words and the drawing. */
  readonly start: number;
  /** The points of the drawing so far. */
  readonly points: number;
  /** The tokens that lift the pen. */
  readonly lifts: number;
  /** The points, each with its share of the largest one. */
  readonly marks: readonly { readonly point: Point; readonly share: number }[];
}

/**
 * What attention looks at for the choice of the token `at` behind the prompt: of the head with this number, counted
 * through all layers, or the mean of all if it is -1.
 */
export function lookedAt(
  pattern: Pattern,
  { tokens, promptLength }: DrawnTokens,
  at: number,
  head: number,
  strokes: StrokeTokenizer,
): LookedAt {
  const query = promptLength + at - 1;
  const heads = pattern.flat();
  const chosen = head < 0 ? heads : heads.slice(head, head + 1);
  const start = tokens.indexOf(strokes.bosTokenId);
  const sums = { words: 0, start: 0, points: 0, lifts: 0 };
  const found: { point: Point; weight: number }[] = [];
  for (let key = 0; key <= query; key++) {
    const weight = chosen.reduce((sum, each) => sum + each[query * tokens.length + key]!, 0) / chosen.length;
    const token = tokens[key]!;
    const [[point] = []] = key > start ? strokes.decode([token]) : [];
    if (point) found.push({ point, weight });
    sums[key < start ? 'words' : key === start ? 'start' : point ? 'points' : 'lifts'] += weight;
  }
  const largest = Math.max(...found.map(({ weight }) => weight), 1e-9);
  return { ...sums, marks: found.map(({ point, weight }) => ({ point, share: weight / largest })) };
}
