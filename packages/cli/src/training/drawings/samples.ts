import type { Model } from '@residual/model';
import type { StrokeTokenizer } from '@residual/vision';
import { drawingSheet } from './sheet.js';

/** How many drawings of a word a sheet of samples has. */
const samplesOfWord = 3;

/** At most `count` words, evenly spaced. */
export function evenWords(words: readonly string[], count: number): string[] {
  const most = Math.min(count, words.length);
  return Array.from({ length: most }, (_, i) => words[Math.floor((i * words.length) / most)]!);
}

/** A sheet of what a model draws for words, as an SVG file. */
export async function sampleSheet(
  model: Model,
  strokes: StrokeTokenizer,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const prompts = words.flatMap(word => Array<string>(samplesOfWord).fill(word));
  const options = { temperature: 0.6, topP: 0.95, seed: 0, maxNewTokens: 112, signal };
  const outputs = await model.generateBatch(prompts, options).result();
  const drawn = outputs.map(({ newTokens }) => strokes.decode(newTokens));
  const entries = words.map((word, i) => ({
    word,
    drawings: drawn.slice(i * samplesOfWord, (i + 1) * samplesOfWord),
  }));
  return drawingSheet(entries, { grid: strokes.grid, columns: 8 });
}
