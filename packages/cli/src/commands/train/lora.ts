import type { CommandDefinition } from '../../runtime/command.js';
import { weightsOption } from '../../runtime/model.js';
import { inputFiles, positiveNumber, positiveWholeNumber } from '../../runtime/option-values.js';
import { addDocumentsOption } from '../../runtime/options.js';
import type { LoraSettings } from '../../training/lora.js';
import { addCommonOptions } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train lora`: fine-tunes a checkpoint on text files with LoRA. */
export const trainLoraCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[text-files...]', 'UTF-8 texts', inputFiles)
      .option('--model <source>', 'folder, URL or Hugging Face id of a checkpoint')
      .addOption(weightsOption())
      .option(
        '--length <n>',
        'tokens in a training sequence (default: the longest that the model takes, at most 128)',
        positiveWholeNumber,
      );
    addDocumentsOption(command, 'the documents that are packed, or windows of the whole text (none)', 'lines')
      .option('--rank <n>', 'width of the low-rank matrices', positiveWholeNumber, 8)
      .option('--alpha <x>', 'their product is scaled by alpha / rank (default: twice the rank)', positiveNumber)
      .option('--target <pattern...>', 'linear layers that get them, by path', [
        '**.attention.query',
        '**.attention.value',
      ]);
    return addCommonOptions(command, { learningRate: 5e-4, weightDecay: 0 });
  },
  run: async call => {
    const { trainLora } = await import('../../training/lora.js');
    return startTraining<LoraSettings>(call, trainLora);
  },
};
