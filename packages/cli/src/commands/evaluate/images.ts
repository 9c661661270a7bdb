import type { CommandDefinition } from '../../runtime/command.js';
import { addSourceOptions, addWeightListOption } from '../../runtime/model.js';
import { inputFile, seed } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import type { EvaluateImagesOptions } from '../../training/images/evaluate-command.js';

/** `residual evaluate images`: the tests of `residual train images-and-words` with the model of a folder. */
export const evaluateImagesCommand: CommandDefinition<EvaluateImagesOptions, readonly [string]> = {
  declare: command => {
    addWeightListOption(addSourceOptions(command, 'a model of pictures and words'))
      .argument('<picture-file>', 'a safetensors file of pictures with their labels, as for training', inputFile)
      .requiredOption('--unseen-set <name>', 'the set that was held out in training')
      .option('--seed <n>', 'the seed of the training, which chose what else was held out', seed, 0);
    return addJsonOption(command, 'print one JSON object instead of tables');
  },
  run: async call => (await import('../../training/images/evaluate-command.js')).evaluateImages(call),
};
