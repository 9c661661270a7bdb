import { Option } from 'commander';
import type { CommandDefinition } from '../../runtime/command.js';
import { weightForms } from '../../runtime/model.js';
import { inputPaths, positiveWholeNumber, rate } from '../../runtime/option-values.js';
import { addBackendOption } from '../../runtime/options.js';
import type { KeywordSettings } from '../../training/keywords/keywords.js';
import { addRunOptions } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** The words of the reference. */
const words = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];

/** `residual train keywords`: trains a Keyword Transformer on recordings of words. */
export const trainKeywordsCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[folder...]', 'a folder with a folder of WAV files for each word, as in Speech Commands', inputPaths)
      .option('--words <word...>', 'the words that are told apart; all other folders are “unknown”', words)
      .option('--model-dim <n>', 'width of the model', positiveWholeNumber, 64)
      .option('--heads <n>', 'attention heads', positiveWholeNumber, 1)
      .option('--depth <n>', 'blocks', positiveWholeNumber, 12)
      .option('--label-smoothing <x>', 'share of each target that is spread over the labels', rate, 0.1)
      .addOption(new Option('--weights <form>', 'how matrices are saved').choices(weightForms).default('f32'))
      .option(
        '--evaluate-every <n>',
        'validate every n steps, and test at the end (default: a tenth of all steps)',
        positiveWholeNumber,
      )
      .option('--evaluate-recordings <n>', 'recordings of each validation during the run', positiveWholeNumber, 300);
    return addBackendOption(
      addRunOptions(command, {
        ...{ steps: 4000, batch: 64, batchOf: 'recordings', learningRate: 1e-3, weightDecay: 0.1, emaDecay: 0.99 },
      }),
    );
  },
  run: async call => {
    const { trainKeywords } = await import('../../training/keywords/keywords.js');
    return startTraining<KeywordSettings>(call, trainKeywords);
  },
};
