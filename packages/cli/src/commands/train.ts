import { Command } from 'commander';
import { trainLanguageModelCommand } from './train-lm.js';
import { trainLoraCommand } from './train-lora.js';
import { trainTranslatorCommand } from './train-seq2seq.js';

/** `residual train`: new models from texts or pairs, and checkpoints that learn more. */
export function trainCommand(exit: (code: number) => void): Command {
  return new Command('train')
    .description(
      'Train a new model on texts or pairs, or fine-tune a checkpoint; the result is a checkpoint that Python opens too.',
    )
    .addCommand(trainLanguageModelCommand(exit).exitOverride())
    .addCommand(trainTranslatorCommand(exit).exitOverride())
    .addCommand(trainLoraCommand(exit).exitOverride());
}
