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
  tokenizerSize: 4096,
} as const;

/** `residual train lm`: text files to a model that continues texts. */
export function trainLanguageModelCommand(exit: (code: number) => void): Command {
  const command = new Command('lm')
    .argument('[text-files...]', 'UTF-8 texts')
    .addOption(new Option('--shape <name>', 'the architecture (gpt2)').choices(['gpt2', 'llama']))
    .option('--length <n>', 'tokens in a row, and the positions of the model (64)', size)
    .addOption(
      new Option(
        '--documents <cut>',
        'train on windows of the whole text (none), or on documents that are packed and kept apart: lines, paragraphs, files',
      ).choices(['none', 'lines', 'paragraphs', 'files']),
    )
    .option('--kv-heads <n>', 'heads of keys and values, where the shape is llama (as many as heads)', size)
    .option('--tokenizer <file>', "a tokenizer.json, or 'characters' for one token each (a byte-level BPE is trained)")
    .option('--tokenizer-size <n>', 'tokens of the tokenizer that is trained (4096)', size);
  return withCommonOptions(withSizeOptions(command)).action(async (files: string[], _options, self: Command) => {
    const { trainLanguageModel } = await import('../training/lm.js');
    exit(await startTraining<LanguageModelSettings>(self, files, defaults, trainLanguageModel));
  });
}
