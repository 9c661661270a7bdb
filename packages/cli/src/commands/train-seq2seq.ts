import { Command } from 'commander';
import { withCommonOptions, withSizeOptions } from '../training/options.js';
import type { TranslatorSettings } from '../training/seq2seq.js';
import { startTraining } from '../training/start.js';
import { size } from './option-values.js';

const defaults = { maxPositions: 128, modelDim: 128, heads: 4, depth: 3, dropout: 0, vocabSize: 4096 } as const;

/** `residual train seq2seq`: trains a translator on pairs of sentences. */
export function trainTranslatorCommand(exit: (code: number) => void): Command {
  const command = new Command('seq2seq')
    .argument('[pair-files...]', 'UTF-8 texts: source, tab, target')
    .option('--max-positions <n>', 'longest text in tokens; longer pairs are left out (128)', size)
    .option('--encoder-depth <n>', 'blocks of the encoder (as many as in the decoder)', size)
    .option('--tokenizer <file>', 'a tokenizer.json with tokens </s> and <pad> (one is trained)')
    .option('--vocab-size <n>', 'tokens of the tokenizer that is trained, shared by both languages (4096)', size);
  return withCommonOptions(withSizeOptions(command)).action(async (files: string[], _options, self: Command) => {
    const { trainTranslator } = await import('../training/seq2seq.js');
    exit(await startTraining<TranslatorSettings>(self, files, defaults, trainTranslator));
  });
}
