import type { CommandDefinition } from '../../runtime/command.js';
import { inputFiles, positiveWholeNumber, rate } from '../../runtime/option-values.js';
import { vectorsHelp } from '../../runtime/vectors.js';
import type { DrawingsSettings } from '../../training/drawings/drawings.js';
import { addCommonOptions, addSizeOptions } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train drawings`: trains a model that draws what words say. */
export const trainDrawingsCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[ndjson-files...]', 'drawings with their words, in the .ndjson of Quick, Draw!', inputFiles)
      .option('--vectors <source>', vectorsHelp)
      .option(
        '--words <n>',
        'most frequent words that the model knows, beside those of the drawings',
        positiveWholeNumber,
        10000,
      )
      .option('--grid <n>', 'columns and rows of the points of a drawing', positiveWholeNumber, 32)
      .option('--length <n>', 'most tokens of a drawing; longer ones are left out', positiveWholeNumber, 112)
      .option('--unconditional <share>', 'share of the drawings whose words are left out, for guidance', rate, 0.1)
      .option(
        '--neighbours <share>',
        'share of the drawings whose word becomes one near it, so that words never drawn work',
        rate,
        0.15,
      );
    return addCommonOptions(addSizeOptions(command, 4), {
      ...{ steps: 5600, batch: 48, batchOf: 'drawings', optimizer: 'muon', learningRate: 6e-3 },
      ...{ schedule: 'linear', emaDecay: 0.998 },
    });
  },
  run: async call => {
    const { trainDrawings } = await import('../../training/drawings/drawings.js');
    return startTraining<DrawingsSettings>(call, trainDrawings);
  },
};
