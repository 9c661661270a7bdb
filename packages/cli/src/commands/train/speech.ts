import { Option } from 'commander';
import type { CommandDefinition } from '../../runtime/command.js';
import { weightForms } from '../../runtime/model.js';
import { inputPaths, positiveNumber, positiveWholeNumber } from '../../runtime/option-values.js';
import { addCommonOptions } from '../../training/options.js';
import type { SpeechSettings } from '../../training/speech/speech.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train speech`: trains a voice, from phones to frames of speech, on what a teacher says. */
export const trainSpeechCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument(
        '[folder...]',
        'spoken sentences with their phones, as scripts/speech-teacher/speak.mjs makes',
        inputPaths,
      )
      .option('--model-dim <n>', 'width of the model', positiveWholeNumber, 160)
      .option('--heads <n>', 'attention heads', positiveWholeNumber, 2)
      .option('--encoder-depth <n>', 'blocks that read phones', positiveWholeNumber, 3)
      .option('--depth <n>', 'blocks that make frames', positiveWholeNumber, 4)
      .option('--hidden-dim <n>', 'width inside the MLPs (default: twice the width)', positiveWholeNumber)
      .option('--longest <seconds>', 'longer sentences are left out', positiveNumber, 7)
      .addOption(new Option('--weights <form>', 'how matrices are saved').choices(weightForms).default('f32'));
    return addCommonOptions(command, {
      ...{ steps: 12_000, batch: 900, batchOf: 'frames', learningRate: 1e-3, weightDecay: 0.01, emaDecay: 0.998 },
    });
  },
  run: async call => {
    const { trainSpeech } = await import('../../training/speech/speech.js');
    return startTraining<SpeechSettings>(call, trainSpeech);
  },
};
