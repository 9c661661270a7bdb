import type { Box, Drawing, Point, StrokeTokenizer, StrokeTokenKind } from '@residual/vision';
import type { Step } from '../generate/sampling-policy.js';
import type { FinishReason, GenerateOutput } from '../generate/sequence.js';

/** One token of a drawing, with the evidence of `generate`. */
export interface DrawStep extends Omit<Step, 'text'> {
  /** What the token does. */
  readonly kind: StrokeTokenKind;
  /** Where the pen goes, in the unit of the box; absent if it is lifted or the drawing ends. */
  readonly point?: Point;
}

/** A drawing of a model. */
export interface DrawnResult {
  /** All strokes in the unit of the box, those that were begun as the model reads them. */
  readonly drawing: Drawing;
  /** The strokes that the model added. */
  readonly added: Drawing;
  /** The words that the model does not know and left out. */
  readonly unknownWords: readonly string[];
  /** Prompt and new tokens. */
  readonly tokens: readonly number[];
  readonly newTokens: readonly number[];
  readonly promptLength: number;
  /** `eos` if the model ended the drawing. */
  readonly finishReason: FinishReason;
  /** Sum of the natural logs of the new tokens' probabilities under the model. */
  readonly logprob: number;
  /** The seed of the run; absent if nothing was sampled. */
  readonly seed?: number;
}

/** Turns tokens into points of a box, and back into what `encode` reads. */
export interface DrawingSpace {
  readonly strokes: StrokeTokenizer;
  readonly box: Box;
}

/** A step of `generate` as one of a drawing. */
export function drawStepOf({ text: _, ...step }: Step, { strokes, box }: DrawingSpace): DrawStep {
  const kind = strokes.kindOf(step.token);
  if (kind !== 'point') return { ...step, kind };
  const [[cell]] = strokes.decode([step.token]) as [[Point]];
  return { ...step, kind, point: inBox(cell, strokes.grid, box) };
}

/** An output of `generate` as a drawing; `start` is the index of the first token behind the words. */
export function drawnResultOf(
  { text: _, ...output }: GenerateOutput,
  { strokes, box }: DrawingSpace,
  start: number,
  unknownWords: readonly string[],
): DrawnResult {
  const place = (tokens: readonly number[]): Drawing =>
    strokes.decode(tokens).map(stroke => stroke.map(cell => inBox(cell, strokes.grid, box)));
  return { drawing: place(output.tokens.slice(start)), added: place(output.newTokens), unknownWords, ...output };
}

/** A cell of the grid as a point of the box that fills it, as `fitDrawing` puts it there. */
function inBox([x, y]: Point, grid: number, { left, top, width, height }: Box): Point {
  const scale = Math.max(width, height) / (grid - 1);
  return [x * scale + left - (scale * (grid - 1) - width) / 2, y * scale + top - (scale * (grid - 1) - height) / 2];
}
