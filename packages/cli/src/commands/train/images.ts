import type { CommandDefinition } from '../../runtime/command.js';
import { inputFiles, nameList, positiveWholeNumber, rate } from '../../runtime/option-values.js';
import { vectorsHelp } from '../../runtime/vectors.js';
import { addCommonOptions, addSizeOptions } from '../../training/options.js';
import type { PaintingsSettings } from '../../training/paintings/paintings.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train images`: trains a model that paints what words say. */
export const trainImagesCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[picture-file...]', 'one safetensors file of pictures with their labels', inputFiles)
      .option('--tokens <source>', 'the model of residual train image-tokens, which turns pictures into codes')
      .option('--vectors <source>', vectorsHelp)
      .option('--sets <list>', 'the sets to use, with commas between (default: all that are coloured)', nameList)
      .option(
        '--words <n>',
        'most frequent words that the model knows, beside those of the labels',
        positiveWholeNumber,
        8000,
      )
      .option('--prompt-words <n>', 'most words of a prompt', positiveWholeNumber, 8)
      .option('--unconditional <share>', 'share of the pictures whose words are left out, for guidance', rate, 0.1)
      .option('--replace <share>', 'share of the codes that are read as random ones, against reciting', rate, 0.12)
      .option('--recolour <share>', 'share of the pictures of one colour that get another one', rate, 0.3);
    return addCommonOptions(addSizeOptions(command, 5), {
      ...{ steps: 3000, batch: 32, batchOf: 'pictures', optimizer: 'muon', learningRate: 6e-3 },
      ...{ schedule: 'linear', emaDecay: 0.998 },
    });
  },
  run: async call => {
    const { trainPaintings } = await import('../../training/paintings/paintings.js');
    return startTraining<PaintingsSettings>(call, trainPaintings);
  },
};
