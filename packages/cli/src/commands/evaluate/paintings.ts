import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions } from '../../runtime/model.js';
import {
  inputFile,
  nameList,
  nonNegativeNumber,
  outputFile,
  positiveNumber,
  positiveWholeNumber,
  seed,
  share,
} from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import type { EvaluatePaintingsOptions } from '../../training/paintings/evaluate-command.js';

/** `residual evaluate paintings`: how well a model paints names, and combinations that it has not seen. */
export const evaluatePaintingsCommand: CommandDefinition<EvaluatePaintingsOptions, readonly [string]> = {
  declare: command => {
    addModelOptions(command, 'a model that paints')
      .argument('<picture-file>', 'a safetensors file of pictures with their labels, as for training', inputFile)
      .requiredOption('--recognizer <source>', 'a model of pictures and words, which names the pictures')
      .option('--sets <list>', 'the sets of the training (default: all that are coloured)', nameList)
      .option('--validation <share>', 'the share of the emoji that the training held out', share, 0.1)
      .option('--seed <n>', 'the seed of the training, which chose them, and of what is painted', seed, 0)
      .option('--names <n>', 'paint so many names, evenly spaced', positiveWholeNumber, 400)
      .option('--compositions <n>', 'paint so many colours of things, evenly spaced', positiveWholeNumber, 200)
      .option('--temperature <x>', 'how freely codes are chosen', positiveNumber, 0.5)
      .option('--guidance-scale <x>', 'how much the words are exaggerated', nonNegativeNumber, 2)
      .option(
        '--sheet <file>',
        'write pictures of each test as a PNG file, two rows of each, evenly spaced',
        outputFile,
      )
      .option('--texts <list>', 'texts, with commas between, that the sheet ends with', nameList);
    return addJsonOption(command, 'print one JSON object instead of a table');
  },
  run: async call => (await import('../../training/paintings/evaluate-command.js')).evaluatePaintings(call),
};
