import type { CommandDefinition } from '../../runtime/command.js';
import { inputPaths, positiveWholeNumber } from '../../runtime/option-values.js';
import { addCommonOptions } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';
import type { VocoderSettings } from '../../training/vocoder/vocoder.js';

/** `residual train vocoder`: trains what makes sound of the frames of a voice, on what a teacher says. */
export const trainVocoderCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[folder...]', 'spoken sentences, as scripts/speech-teacher/speak.mjs makes', inputPaths)
      .option('--width <n>', 'width of the convolutions', positiveWholeNumber, 128)
      .option('--depth <n>', 'convolutions after the first', positiveWholeNumber, 3)
      .option('--points <n>', 'points of an envelope', positiveWholeNumber, 129)
      .option('--sentences <n>', 'the first sentences, at most, that it learns from', positiveWholeNumber, 600);
    return addCommonOptions(command, {
      ...{
        steps: 2000,
        batch: 12,
        batchOf: 'parts of recordings',
        learningRate: 2e-3,
        weightDecay: 0.01,
        emaDecay: 0.99,
      },
    });
  },
  run: async call => {
    const { trainVocoder } = await import('../../training/vocoder/vocoder.js');
    return startTraining<VocoderSettings>(call, trainVocoder);
  },
};
