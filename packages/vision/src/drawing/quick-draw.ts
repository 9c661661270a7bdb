import { ResidualError, showValue } from '@residual/base';
import { type Drawing, expectDrawing, type Point, type Stroke } from './drawing.js';

/** A drawing of Quick, Draw! with its word. */
export interface QuickDrawEntry {
  readonly word: string;
  /** Whether the game recognised the word; true where the file does not say it. */
  readonly recognized: boolean;
  readonly drawing: Drawing;
}

/**
 * Reads drawings in the .ndjson of Quick, Draw!, one at a time: a line is `{ word, recognized, drawing }`, a stroke of
 * it is `[[x, ...], [y, ...]]`, in the raw files with times behind them. Errors with code `drawing` name the line.
 */
export function* readQuickDraw(file: string | Uint8Array): Generator<QuickDrawEntry> {
  let number = 0;
  for (const line of linesOf(file)) {
    number++;
    if (line.trim() !== '') yield entryOf(line, `readQuickDraw: line ${number}`);
  }
}

/** The lines of a text or of UTF-8, without making one text of a whole file. */
function* linesOf(file: string | Uint8Array): Generator<string> {
  const isText = typeof file === 'string';
  if (!isText && !(file instanceof Uint8Array))
    throw new ResidualError('drawing', `readQuickDraw: file is ${showValue(file)}; it must be a text or its bytes`);
  const decoder = new TextDecoder();
  for (let from = 0; from < file.length; ) {
    const end = isText ? file.indexOf('\n', from) : file.indexOf(10, from);
    const to = end < 0 ? file.length : end;
    yield isText ? file.slice(from, to) : decoder.decode(file.subarray(from, to));
    from = to + 1;
  }
}

function entryOf(line: string, caller: string): QuickDrawEntry {
  const refuse = (what: string): never => {
    throw new ResidualError('drawing', `${caller} ${what}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refuse('is not JSON');
  }
  if (typeof value !== 'object' || value === null) return refuse('is no object');
  const { word, recognized = true, drawing } = value as Readonly<Record<string, unknown>>;
  if (typeof word !== 'string' || word === '') return refuse(`has the word ${showValue(word)}; it must be a text`);
  if (typeof recognized !== 'boolean')
    return refuse(`has recognized ${showValue(recognized)}; it must be true or false`);
  if (!Array.isArray(drawing)) return refuse(`has the drawing ${showValue(drawing)}; it must be a list of strokes`);
  const strokes = drawing.map((stroke, i) => strokeOf(stroke) ?? refuse(`has a stroke ${i} that is not [[x], [y]]`));
  const drawn = strokes.filter(({ length }) => length > 0);
  if (drawn.length === 0) return refuse('has a drawing without a point');
  expectDrawing(caller, drawn);
  return { word, recognized, drawing: drawn };
}

/** The points of lists of x and y, which have one length; undefined if there are none. */
function strokeOf(value: unknown): Stroke | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  const [xs, ys] = value as readonly unknown[];
  if (!Array.isArray(xs) || !Array.isArray(ys) || xs.length !== ys.length) return undefined;
  return xs.map((x, i): Point => [x, ys[i]]);
}

/** Drawings as a file that `readQuickDraw` reads, a line for each; of coordinates two digits behind the point stay. */
export function writeQuickDraw(entries: Iterable<QuickDrawEntry>): string {
  const rounded = (value: number) => Math.round(100 * value) / 100;
  const lineOf = ({ word, recognized, drawing }: QuickDrawEntry) => {
    expectDrawing('writeQuickDraw', drawing);
    const strokes = drawing.map(stroke => [stroke.map(([x]) => rounded(x)), stroke.map(([, y]) => rounded(y))]);
    return `${JSON.stringify({ word, recognized, drawing: strokes })}\n`;
  };
  return Array.from(entries, lineOf).join('');
}
