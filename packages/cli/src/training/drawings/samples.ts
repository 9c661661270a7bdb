import type { Model } from '@residual/model';
import { drawingSheet } from './sheet.js';

/** How many drawings of a word a sheet of samples has. */
const samplesOfWord = 3;

/** A sheet of what a model draws for words, as an SVG file. */
export async function sampleSheet(
  model: Model,
  grid: number,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const texts = words.flatMap(word => Array<string>(samplesOfWord).fill(word));
  const results = await model.draw(texts, { temperature: 0.6, guidanceScale: 2, seed: 0, signal }).result();
  const drawn = results.map(({ drawing }) => drawing);
  const entries = words.map((word, i) => ({
    word,
    drawings: drawn.slice(i * samplesOfWord, (i + 1) * samplesOfWord),
  }));
  return drawingSheet(entries, { grid, columns: 8 });
}
