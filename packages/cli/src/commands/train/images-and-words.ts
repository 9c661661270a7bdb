import { InvalidArgumentError } from 'commander';
import type { CommandDefinition } from '../../runtime/command.js';
import { inputFiles, positiveWholeNumber } from '../../runtime/option-values.js';
import { addBackendOption } from '../../runtime/options.js';
import { vectorsHelp } from '../../runtime/vectors.js';
import type { ImagesAndWordsSettings } from '../../training/images/images-and-words.js';
import { addRunOptions } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train images-and-words`: trains a model of pictures and words on a file of pictures. */
export const trainImagesAndWordsCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[picture-file...]', 'one safetensors file of pictures with their labels', inputFiles)
      .option('--vectors <source>', vectorsHelp)
      .option(
        '--words <n>',
        'most frequent words that the model knows, beside those of the labels',
        positiveWholeNumber,
        20000,
      )
      .option(
        '--unseen-set <name>',
        'hold this set, an emoji in ten and half of the drawn words out, and test with them',
      )
      .option('--widths <list>', 'channels after each convolution of stride 2', widthList, [24, 48, 96, 192])
      .option('--model-dim <n>', 'width of the text encoder', positiveWholeNumber, 128)
      .option('--heads <n>', 'its attention heads', positiveWholeNumber, 4)
      .option('--depth <n>', 'its blocks', positiveWholeNumber, 2)
      .option('--dim <n>', 'width of the space of pictures and words', positiveWholeNumber, 128)
      .option(
        '--picture-size <n>',
        'size of the pictures that the model sees, in pixels (default: that of the file)',
        positiveWholeNumber,
      )
      .option(
        '--evaluate-every <n>',
        'test every n steps, and at the end (default: a tenth of all steps)',
        positiveWholeNumber,
      )
      .option(
        '--evaluate-pictures <n>',
        'pictures of each test during the run; the last one takes all',
        positiveWholeNumber,
        400,
      );
    return addBackendOption(
      addRunOptions(command, {
        ...{ steps: 10000, batch: 96, batchOf: 'pictures', optimizer: 'muon', learningRate: 2e-3 },
        ...{ schedule: 'linear', emaDecay: 0.995 },
      }),
    );
  },
  run: async call => {
    const { trainImagesAndWords } = await import('../../training/images/images-and-words.js');
    return startTraining<ImagesAndWordsSettings>(call, trainImagesAndWords);
  },
};

/** Widths separated by commas. */
function widthList(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every(value => Number.isInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('It must be whole numbers above 0 with commas between, such as 24,48,96,192.');
}
