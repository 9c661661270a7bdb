import { Command, Option } from 'commander';
import type { EvaluateOptions } from '../evaluate-lm.js';
import { nodeBackends, rerunForWebGPU } from '../machine/backends.js';
import { argsOf } from './generate.js';
import { lineCount, tokenLimit } from './option-values.js';

/** `residual evaluate lm`: the loss and the perplexity of a language model on texts. */
export function evaluateLanguageModelCommand(exit: (code: number) => void): Command {
  return new Command('lm')
    .argument('<text-files...>', 'UTF-8 texts')
    .requiredOption('--model <source>', 'folder, URL or Hugging Face id of the checkpoint')
    .option('--length <n>', 'tokens of a window (the longest sequence of the model, at most 1024)', tokenLimit)
    .option(
      '--stride <n>',
      'distance between the starts of two windows (the length: windows do not overlap)',
      tokenLimit,
    )
    .addOption(
      new Option('--documents <cut>', 'what counts as one text: lines, paragraphs, files, or none for all of it')
        .choices(['none', 'lines', 'paragraphs', 'files'])
        .default('files'),
    )
    .option('--batch <n>', 'windows in a batch', lineCount, 4)
    .addOption(new Option('--backend <name>', 'the backend').choices(nodeBackends).default('wasm'))
    .option('--json', 'print one object instead of lines of text')
    .action(async (files: string[], options: EvaluateOptions, command: Command) => {
      const again = options.backend === 'webgpu' ? await rerunForWebGPU(argsOf(command)) : undefined;
      const { evaluateOn } = await import('../evaluate-lm.js');
      exit(again ?? (await evaluateOn(files, options)));
    });
}
