import { grouped } from '../../terminal/format.js';
import { type KeywordResult, keywordTable } from './evaluate.js';
import type { KeywordSettings } from './keywords.js';
import type { KeywordFolder } from './recordings.js';

/** What a card says. */
export interface KeywordCardContents {
  readonly settings: KeywordSettings;
  readonly folder: KeywordFolder;
  readonly results: Readonly<Record<string, KeywordResult>>;
  readonly parameters: number;
}

/** The model card of a run, in Markdown: data, recipe, results. */
export function keywordCard({ settings, folder, results, parameters }: KeywordCardContents): string {
  const { steps, batch, optimizer, learningRate, seed, words, depth, modelDim, heads, weights } = settings;
  return [
    '# Keywords',
    '',
    'A Keyword Transformer (Berg, O’Connor and Cruz 2021), trained by `residual train keywords`.',
    '',
    `- **Words**: ${words.join(', ')}; any other word is “unknown”, no word is “silence”.`,
    `- **Model**: ${depth} blocks, ${modelDim} wide, attention heads: ${heads}; ${grouped(parameters)} weights, ` +
      `matrices in ${weights}.`,
    `- **Data**: ${grouped(folder.training.length)} recordings of a second, moved, spoken faster and slower, louder ` +
      'and softer, with noise.',
    `- **Recipe**: ${grouped(steps)} steps of ${batch} recordings; ${optimizer} at ${learningRate}; seed ${seed}.`,
    '',
    '## Tests',
    '',
    'Recordings that were not trained on, as they are, and a tenth as many of silence and noise.',
    '',
    keywordTable(results),
    '',
  ].join('\n');
}
