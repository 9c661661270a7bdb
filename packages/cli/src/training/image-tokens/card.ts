import { grouped } from '../../terminal/format.js';
import type { EmojiSplit } from './emoji.js';
import type { ReconstructionTest } from './evaluate.js';
import type { ImageTokensSettings } from './image-tokens.js';

/** What a card says. */
export interface ImageTokensCardContents {
  readonly settings: ImageTokensSettings;
  readonly split: EmojiSplit;
  readonly result: ReconstructionTest;
  readonly parameters: number;
}

/** The model card of a run, in Markdown: data, recipe, results. */
export function imageTokensCard({ settings, split, result, parameters }: ImageTokensCardContents): string {
  const { steps, batch, optimizer, learningRate, seed, factor, codes, codeDim, modelDim } = settings;
  const { size } = split.pictures;
  return [
    '# Pictures as codes',
    '',
    'An autoencoder that turns pictures into codes and back, trained by `residual train image-tokens`.',
    '',
    `- **Model**: ${grouped(parameters)} weights; a picture of ${size} px is ${(size / factor) ** 2} of ` +
      `${grouped(codes)} codes, vectors of ${codeDim}; convolutions of ${modelDim} channels.`,
    `- **Data**: ${grouped(split.training.length)} emoji of ${split.sets.join(', ')}, moved, mirrored and with other ` +
      'colours.',
    `- **Recipe**: ${grouped(steps)} steps of ${batch} pictures; ${optimizer} at ${learningRate}; seed ${seed}.`,
    '',
    '## Test',
    '',
    reconstructionTable(result),
    '',
  ].join('\n');
}

/** A test as a table in Markdown. */
export function reconstructionTable({ pictures, meanDecibels, medianDecibels, usage }: ReconstructionTest): string {
  const { used, perplexity, counts } = usage;
  return [
    '| emoji held out | mean | median | codes used | perplexity |',
    '|---|---|---|---|---|',
    `| ${grouped(pictures)} | ${meanDecibels.toFixed(2)} dB | ${medianDecibels.toFixed(2)} dB | ${used} of ` +
      `${counts.length} | ${perplexity.toFixed(0)} |`,
  ].join('\n');
}
