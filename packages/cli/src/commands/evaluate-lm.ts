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
    .option('--length <n>', 'tokens that are read at once (the positions of the model, at most 1024)', tokenLimit)
    .option('--stride <n>', 'how far each window begins behind the one before (the length: none overlap)', tokenLimit)
    .addOption(
      new Option('--documents <cut>', 'what is read apart from the rest: lines, paragraphs, files, or none')
        .choices(['none', 'lines', 'paragraphs', 'files'])
        .default('files'),
    )
    .option('--batch <n>', 'windows that are read side by side', lineCount, 4)
    .addOption(new Option('--backend <name>', 'what computes').choices(nodeBackends).default('wasm'))
    .option('--json', 'print one object instead of words')
    .action(async (files: string[], options: EvaluateOptions, command: Command) => {
      const again = options.backend === 'webgpu' ? await rerunForWebGPU(argsOf(command)) : undefined;
      const { evaluateOn } = await import('../evaluate-lm.js');
      exit(again ?? (await evaluateOn(files, options)));
    });
}
