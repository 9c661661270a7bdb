import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions } from '../../runtime/model.js';
import { inputFile, seed } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import type { EvaluateVoiceOptions } from '../../training/speech/evaluate-command.js';

/** `residual evaluate voice`: how well a speech model understands what a voice says, and how fast the voice is. */
export const evaluateVoiceCommand: CommandDefinition<EvaluateVoiceOptions, readonly [string]> = {
  declare: command => {
    addModelOptions(command, 'a model that speaks')
      .argument('<sentences>', 'a text file with a sentence in each line, or the folder of a teacher, as for training')
      .requiredOption('--recognizer <source>', 'a speech model, which writes down what it hears')
      .option('--vocoder <source>', 'a vocoder, for models that make spectrograms')
      .option('--seed <n>', 'the seed of the speech', seed, 0)
      .option(
        '--normalizer <file>',
        "Whisper's normalizer.json (default: that of the recognizer's folder, else the basic one)",
        inputFile,
      );
    return addJsonOption(command, 'print one JSON object instead of a table');
  },
  run: async call => (await import('../../training/speech/evaluate-command.js')).evaluateVoice(call),
};
