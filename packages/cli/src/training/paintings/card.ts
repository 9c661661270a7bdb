import { grouped, percent } from '../../terminal/format.js';
import type { EmojiSplit } from '../image-tokens/emoji.js';
import type { PaintingsSettings } from './paintings.js';

/** What a card says. */
export interface PaintingsCardContents {
  readonly settings: PaintingsSettings;
  readonly split: EmojiSplit;
  /** The loss on labels of emoji that were held out. */
  readonly loss: number;
  /** The weights that were trained. */
  readonly parameters: number;
  /** The number of words that the model reads. */
  readonly words: number;
  /** The number of compositions that were seen and held out. */
  readonly compositions: { readonly seen: number; readonly unseen: number };
}

/** The model card of a run, in Markdown: data, recipe, results. */
export function paintingsCard(contents: PaintingsCardContents): string {
  const { settings, split, loss, parameters, words, compositions } = contents;
  const { steps, batch, optimizer, learningRate, seed, depth, modelDim, heads, unconditional, replace, recolour } =
    settings;
  return [
    '# Words to pictures',
    '',
    'A decoder that paints what words say, code by code, trained by `residual train images`.',
    '',
    `- **Model**: ${depth} blocks, ${modelDim} wide, attention heads: ${heads}; ${grouped(parameters)} weights, and ` +
      `vectors of ${grouped(words)} words and an image tokenizer that were not trained.`,
    `- **Data**: ${grouped(split.training.length)} emoji of ${split.sets.join(', ')}, some moved by a pixel; in ` +
      `${percent(recolour)} of the cases those of one colour in another one, in ${grouped(compositions.seen)} ` +
      `combinations; in ${percent(unconditional)} without words. ${percent(replace)} of the codes were read as others.`,
    `- **Recipe**: ${grouped(steps)} steps of ${batch} pictures; ${optimizer} at ${learningRate}; seed ${seed}.`,
    '',
    '## Test',
    '',
    `The loss on ${grouped(split.validation.length)} emoji whose names were held out is ${loss.toFixed(3)} a code. ` +
      `${grouped(compositions.unseen)} combinations of a colour and a thing were held out too; ` +
      '`residual evaluate paintings` tests with them.',
    '',
  ].join('\n');
}
