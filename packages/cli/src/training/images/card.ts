import { grouped } from '../../terminal/format.js';
import { resultTable, type TestResult } from './evaluate.js';
import type { ImagesAndWordsSettings } from './images-and-words.js';
import type { Pictures } from './picture-sets.js';
import type { PictureSplit } from './split.js';

/** What a card says. */
export interface CardContents {
  readonly settings: ImagesAndWordsSettings;
  readonly results: readonly TestResult[];
  readonly pictures: Pictures;
  readonly training: Pick<PictureSplit, 'emoji' | 'drawings' | 'icons'>;
  /** The number of labels that were trained. */
  readonly labels: number;
}

/** The model card of a run, in Markdown: data, recipe, results, limits. */
export function modelCard({ settings, results, pictures, training, labels }: CardContents): string {
  const { steps, batch, optimizer, learningRate, emaDecay, seed, unseenSet, widths } = settings;
  const { pictureSize = pictures.size } = settings;
  const sets = pictures.sets
    .filter(({ name }) => name !== unseenSet)
    .map(({ name, concepts }) => `${name} (${concepts.length})`);
  const lines = [
    '# Pictures and words',
    '',
    `Pictures of ${pictureSize} px and words in one space, trained by \`residual train images-and-words\`.`,
    '',
    `- **Data**: ${grouped(training.emoji.length)} emoji and ${grouped(training.drawings.length)} drawings with ` +
      `${grouped(labels)} labels, and ${grouped(training.icons.length)} icons, of ${sets.join(', ')}.`,
    `- **Recipe**: convolutions of ${widths.join(', ')} channels; ${grouped(steps)} steps of ${batch} pictures; ` +
      `${optimizer} at ${learningRate}; the average of the weights with decay ${emaDecay}; seed ${seed}.`,
  ];
  const unseen = `The set ${unseenSet}, one emoji in ten and half of the drawn words were never seen.`;
  const tests =
    results.length === 0 ? ['Trained on all sets; nothing was held out.'] : [unseen, '', resultTable(results)];
  return [...lines, '', '## Tests', '', ...tests, ''].join('\n');
}
