import { Command, Option } from 'commander';
import type { LanguageModelSettings } from '../training/lm.js';
import { withCommonOptions, withSizeOptions } from '../training/options.js';
import { startTraining } from '../training/start.js';
import { size } from './option-values.js';

const defaults = {
  shape: 'gpt2',
  length: 64,
  documents: 'none',
  modelDim: 128,
  heads: 4,
  depth: 4,
  dropout: 0,
  vocabSize: 4096,
} as const;

/** `residual train lm`: trains a language model on text files. */
export function trainLanguageModelCommand(exit: (code: number) => void): Command {
  const command = new Command('lm')
    .argument('[text-files...]', 'UTF-8 texts')
    .addOption(new Option('--shape <name>', 'the architecture (gpt2)').choices(['gpt2', 'llama']))
    .option('--length <n>', 'tokens in a training sequence, and the longest sequence of the model (64)', size)
    .addOption(
      new Option(
        '--documents <cut>',
        'train on windows of the whole text (none), or on packed documents: lines, paragraphs, files',
      ).choices(['none', 'lines', 'paragraphs', 'files']),
    )
    .option('--kv-heads <n>', 'heads of keys and values, where the shape is llama (as many as heads)', size)
    .option('--tokenizer <file>', "a tokenizer.json, or 'characters' for one token each (a byte-level BPE is trained)")
    .option('--vocab-size <n>', 'tokens of the tokenizer that is trained (4096)', size);
  return withCommonOptions(withSizeOptions(command)).action(async (files: string[], _options, self: Command) => {
    const { trainLanguageModel } = await import('../training/lm.js');
    exit(await startTraining<LanguageModelSettings>(self, files, defaults, trainLanguageModel));
  });
}
