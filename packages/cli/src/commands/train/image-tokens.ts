import type { CommandDefinition } from '../../runtime/command.js';
import { inputFiles, nameList, positiveWholeNumber, share } from '../../runtime/option-values.js';
import { addBackendOption } from '../../runtime/options.js';
import type { ImageTokensSettings } from '../../training/image-tokens/image-tokens.js';
import { addRunOptions } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train image-tokens`: trains an autoencoder that turns pictures into codes and back. */
export const trainImageTokensCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[picture-file...]', 'one safetensors file of pictures with their labels', inputFiles)
      .option('--sets <list>', 'the sets to use, with commas between (default: all that are coloured)', nameList)
      .option('--validation <share>', 'share of the emoji that is held out for the test', share, 0.05)
      .option('--factor <n>', 'pixels along a side of the square of a code', positiveWholeNumber, 6)
      .option('--codes <n>', 'codes in the codebook', positiveWholeNumber, 1024)
      .option('--code-dim <n>', 'width of their vectors', positiveWholeNumber, 16)
      .option('--model-dim <n>', 'channels of the convolutions', positiveWholeNumber, 96)
      .option('--encoder-depth <n>', 'residual blocks of the encoder', positiveWholeNumber, 2)
      .option('--decoder-depth <n>', 'residual blocks of the decoder', positiveWholeNumber, 3)
      .option('--revive-every <n>', 'replace codes that are not in use every n steps', positiveWholeNumber, 50)
      .option(
        '--evaluate-every <n>',
        'test and write samples every n steps, and at the end (default: a tenth of all steps)',
        positiveWholeNumber,
      );
    return addBackendOption(
      addRunOptions(command, {
        ...{ steps: 1600, batch: 32, batchOf: 'pictures', optimizer: 'adamw', learningRate: 2e-3 },
        ...{ schedule: 'linear', weightDecay: 1e-4, emaDecay: 0.99 },
      }),
    );
  },
  run: async call => {
    const { trainImageTokens } = await import('../../training/image-tokens/image-tokens.js');
    return startTraining<ImageTokensSettings>(call, trainImageTokens);
  },
};
