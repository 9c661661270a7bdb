import { grouped } from '../../terminal/format.js';
import type { DrawingsSettings } from './drawings.js';
import type { DrawingSplit } from './read-drawings.js';

/** What a card says. */
export interface DrawingsCardContents {
  readonly settings: DrawingsSettings;
  readonly split: DrawingSplit;
  /** The loss on the drawings that were held out. */
  readonly loss: number;
  readonly parameters: number;
  /** The number of words that the model reads. */
  readonly words: number;
}

/** The model card of a run, in Markdown: data, recipe, results. */
export function drawingsCard({ settings, split, loss, parameters, words }: DrawingsCardContents): string {
  const { steps, batch, optimizer, learningRate, seed, depth, modelDim, heads, grid, unconditional, neighbours } =
    settings;
  const { training, validation, categories } = split;
  return [
    '# Words to drawings',
    '',
    'A decoder that draws what words say, point by point, trained by `residual train drawings`.',
    '',
    `- **Model**: ${depth} blocks, ${modelDim} wide, attention heads: ${heads}; ${grouped(parameters)} weights, and ` +
      `vectors of ${grouped(words)} words that were not trained. A point is a token of a grid of ${grid} x ${grid}.`,
    `- **Data**: ${grouped(training.length)} drawings of ${grouped(categories.length)} words, turned, mirrored, ` +
      `stretched and moved each time; in ${Math.round(100 * unconditional)} of 100 without words, in ` +
      `${Math.round(100 * neighbours)} with a word whose vector is near.`,
    `- **Recipe**: ${grouped(steps)} steps of ${batch} drawings; ${optimizer} at ${learningRate}; seed ${seed}.`,
    '',
    '## Test',
    '',
    `The loss on ${grouped(validation.length)} drawings that were held out is ${loss.toFixed(3)} a token.`,
    '',
  ].join('\n');
}
