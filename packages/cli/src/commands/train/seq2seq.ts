import type { CommandDefinition } from '../../runtime/command.js';
import { inputFile, inputFiles, positiveWholeNumber } from '../../runtime/option-values.js';
import { addCommonOptions, addSizeOptions, addVocabSizeOption } from '../../training/options.js';
import type { TranslatorSettings } from '../../training/seq2seq.js';
import { startTraining, type TrainingArgs } from '../../training/start.js';

/** `residual train seq2seq`: trains a translator on pairs of sentences. */
export const trainTranslatorCommand: CommandDefinition<object, TrainingArgs> = {
  declare: command => {
    command
      .argument('[pair-files...]', 'UTF-8 texts: source, tab, target', inputFiles)
      .option('--max-positions <n>', 'longest text in tokens; longer pairs are left out', positiveWholeNumber, 128)
      .option('--encoder-depth <n>', 'blocks of the encoder (default: as many as in the decoder)', positiveWholeNumber)
      .option('--tokenizer <file>', 'a tokenizer.json with tokens </s> and <pad> (default: one is trained)', inputFile);
    addVocabSizeOption(command, 'tokens of the tokenizer that is trained, shared by both languages');
    return addCommonOptions(addSizeOptions(command, 3));
  },
  run: async call => {
    const { trainTranslator } = await import('../../training/seq2seq.js');
    return startTraining<TranslatorSettings>(call, trainTranslator);
  },
};
