import { expectInteger, expectOptions, expectValue, ResidualError } from '@residual/base';
import { type Box, type Drawing, expectDrawing, fitDrawing, type Point, type Stroke } from './drawing.js';
import { simplifyStroke } from './simplify.js';

/** Settings of `strokeTokenizer`. */
export interface StrokeTokenizerOptions {
  /** Columns and rows of the grid; default 32. */
  readonly grid?: number;
  /** How far a line may stray when points are left out, in cells; default 0.5. */
  readonly tolerance?: number;
}

/** What a token does: goes to a point, lifts the pen, ends the drawing, or begins it. */
export type StrokeTokenKind = 'point' | 'up' | 'end' | 'start';

/** Options of `encode`. */
export interface EncodeDrawingOptions {
  /** What fills the grid, such as the canvas; the smallest box around the drawing if absent. */
  readonly box?: Box;
  /** Whether the drawing goes on, so that the pen is lifted in the place of the end; default false. */
  readonly isBegun?: boolean;
}

/** Turns drawings into tokens and back. */
export interface StrokeTokenizer {
  readonly grid: number;
  /** The number of tokens: grid² points, then `upTokenId`, `eosTokenId`, `bosTokenId`. */
  readonly vocab: number;
  /** Lifts the pen: the next point starts a stroke. */
  readonly upTokenId: number;
  /** Ends a drawing. */
  readonly eosTokenId: number;
  /** Begins a drawing; no drawing contains it. */
  readonly bosTokenId: number;
  /** Each token as a text: `<12,7>`, `<up>`, `<end>`, `<start>`. */
  readonly names: readonly string[];
  /** The tokens of a drawing, with its end and without its beginning. */
  encode(drawing: Drawing, options?: EncodeDrawingOptions): number[];
  /** The strokes of tokens up to the end, in cells from 0 to grid - 1. */
  decode(tokens: readonly number[]): Drawing;
  /** What a token does. Errors if there is no such token. */
  kindOf(token: number): StrokeTokenKind;
}

/**
 * A tokenizer of drawings: each point of a stroke is one token, y · grid + x; others lift the pen and end the drawing.
 * The shape of a drawing is kept. Errors with code `drawing` for what is no drawing.
 */
export function strokeTokenizer(options: StrokeTokenizerOptions = {}): StrokeTokenizer {
  expectOptions('strokeTokenizer', options, { grid: 0, tolerance: 0 });
  const { grid = 32, tolerance = 0.5 } = options;
  expectInteger('strokeTokenizer', 'grid', grid, { min: 2, max: 1024 });
  expectValue(tolerance >= 0, 'strokeTokenizer', 'tolerance', tolerance, 'a number, 0 or more');
  const points = grid * grid;
  const [upTokenId, eosTokenId, bosTokenId, vocab] = [points, points + 1, points + 2, points + 3];

  function kindOf(token: number): StrokeTokenKind {
    if (Number.isInteger(token) && token >= 0 && token < vocab)
      return token < points ? 'point' : token === upTokenId ? 'up' : token === eosTokenId ? 'end' : 'start';
    throw new ResidualError(
      'drawing',
      `strokeTokenizer: ${token} is no token of a drawing; they are whole numbers from 0 to ${vocab - 1}`,
    );
  }

  return {
    ...{ grid, vocab, upTokenId, eosTokenId, bosTokenId, kindOf },
    get names() {
      const ofPoints = Array.from({ length: points }, (_, id) => `<${id % grid},${Math.floor(id / grid)}>`);
      return [...ofPoints, '<up>', '<end>', '<start>'];
    },
    encode(drawing, encodeOptions = {}) {
      expectOptions('encode', encodeOptions, { box: 0, isBegun: 0 });
      expectDrawing('encode', drawing);
      const { box, isBegun = false } = encodeOptions;
      const tokens: number[] = [];
      for (const stroke of fitDrawing(drawing, grid - 1, box)) {
        if (tokens.length > 0) tokens.push(upTokenId);
        const first = tokens.length;
        for (const [x, y] of simplifyStroke(stroke, tolerance)) {
          const token = cell(y) * grid + cell(x);
          if (tokens.length === first || tokens.at(-1) !== token) tokens.push(token);
        }
      }
      if (!isBegun) tokens.push(eosTokenId);
      else if (tokens.length > 0) tokens.push(upTokenId);
      return tokens;
    },
    decode(tokens) {
      const strokes: Stroke[] = [];
      let stroke: Point[] = [];
      for (const token of tokens) {
        const kind = kindOf(token);
        if (kind === 'end') break;
        if (kind !== 'point') stroke = [];
        else {
          if (stroke.length === 0) strokes.push(stroke);
          stroke.push([token % grid, Math.floor(token / grid)]);
        }
      }
      return strokes;
    },
  };

  function cell(at: number): number {
    return Math.min(grid - 1, Math.max(0, Math.round(at)));
  }
}
