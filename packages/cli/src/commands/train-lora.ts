import { Command, Option } from 'commander';
import type { LoraSettings } from '../training/lora.js';
import { withCommonOptions } from '../training/options.js';
import { startTraining } from '../training/start.js';
import { positive, size } from './option-values.js';

const defaults = {
  documents: 'lines',
  rank: 8,
  target: ['**.attention.query', '**.attention.value'],
  learningRate: 5e-4,
  weightDecay: 0,
} as const;

/** `residual train lora`: fine-tunes a checkpoint on text files with LoRA. */
export function trainLoraCommand(exit: (code: number) => void): Command {
  const command = new Command('lora')
    .argument('[text-files...]', 'UTF-8 texts')
    .option('--model <source>', 'folder, URL or Hugging Face id of the checkpoint')
    .option('--length <n>', 'tokens in a training sequence (the longest that the model takes, at most 128)', size)
    .addOption(
      new Option(
        '--documents <cut>',
        'the documents that are packed: lines, paragraphs, files, or none (lines)',
      ).choices(['none', 'lines', 'paragraphs', 'files']),
    )
    .option('--rank <n>', 'width of the small matrices (8)', size)
    .option('--alpha <x>', 'their product is scaled by alpha / rank (twice the rank)', positive)
    .option('--target <pattern...>', 'linear layers that get them, by path (**.attention.query **.attention.value)');
  return withCommonOptions(command).action(async (files: string[], _options, self: Command) => {
    const { trainLora } = await import('../training/lora.js');
    exit(await startTraining<LoraSettings>(self, files, defaults as never, trainLora));
  });
}
