import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions } from '../../runtime/model.js';
import {
  inputFiles,
  nonNegativeNumber,
  outputFile,
  positiveNumber,
  positiveWholeNumber,
  seed,
  share,
} from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import type { EvaluateDrawingsOptions } from '../../training/drawings/evaluate-command.js';

/** `residual evaluate drawings`: how good the drawings of a model are, beside those of people. */
export const evaluateDrawingsCommand: CommandDefinition<EvaluateDrawingsOptions, readonly [readonly string[]]> = {
  declare: command => {
    addModelOptions(command, 'a model that draws')
      .argument('<ndjson-files...>', 'drawings with their words, as for training', inputFiles)
      .requiredOption('--recognizer <source>', 'a model of pictures and words, which names the drawings')
      .option('--validation <share>', 'the share of the drawings that the training held out', share, 0.1)
      .option('--seed <n>', 'the seed of the training, which chose them, and of what is drawn', seed, 0)
      .option('--samples <n>', 'drawings of each word', positiveWholeNumber, 2)
      .option('--words <n>', 'draw so many words, evenly spaced (default: all)', positiveWholeNumber)
      .option('--temperature <x>', 'how freely points are chosen', positiveNumber, 0.5)
      .option('--guidance-scale <x>', 'how much the words are exaggerated', nonNegativeNumber, 2)
      .option('--sheet <file>', 'write the first drawings of 50 words, evenly spaced, as an SVG file', outputFile);
    return addJsonOption(command, 'print one JSON object instead of a table');
  },
  run: async call => (await import('../../training/drawings/evaluate-command.js')).evaluateDrawings(call),
};
