import { Option } from 'commander';
import type { CommandDefinition } from '../../runtime/command.js';
import { inputFiles, positiveWholeNumber, tokenizerOption } from '../../runtime/option-values.js';
import { addDocumentsOption } from '../../runtime/options.js';
import type { LanguageModelSettings } from '../../training/lm.js';
import { addCommonOptions, addSizeOptions, addVocabSizeOption } from '../../training/options.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train lm`: trains a language model on text files. */
export const trainLanguageModelCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[text-files...]', 'UTF-8 texts', inputFiles)
      .addOption(new Option('--shape <name>', 'the architecture').choices(['gpt2', 'llama']).default('gpt2'))
      .option(
        '--length <n>',
        'tokens in a training sequence, and the longest sequence of the model',
        positiveWholeNumber,
        64,
      );
    addDocumentsOption(command, 'train on windows of the whole text (none), or on packed documents', 'none')
      .option(
        '--kv-heads <n>',
        'heads of keys and values, where the shape is llama (default: as many as heads)',
        positiveWholeNumber,
      )
      .option(
        '--tokenizer <file>',
        "a tokenizer.json, or 'characters' for one token each (default: a byte-level BPE is trained)",
        tokenizerOption,
      );
    addVocabSizeOption(command, 'tokens of the tokenizer that is trained');
    return addCommonOptions(addSizeOptions(command, 4));
  },
  run: async call => {
    const { trainLanguageModel } = await import('../../training/lm.js');
    return startTraining<LanguageModelSettings>(call, trainLanguageModel);
  },
};
