import { type Command, Option } from 'commander';
import { writeConverted } from '../convert/write-checkpoint.js';
import { ggufWeights, writeGgufFile } from '../convert/write-gguf.js';
import type { CommandDefinition } from '../runtime/command.js';
import { withContext } from '../runtime/context.js';

interface Options {
  readonly to: 'float32' | 'gguf';
  readonly weights?: (typeof ggufWeights)[number];
  readonly out: string;
}

/** `residual convert`: writes a checkpoint in another layout. */
export const convertCommand: CommandDefinition<Options, readonly [string]> = {
  declare: command => {
    const to = new Option(
      '--to <layout>',
      'float32: what the weights mean, as Hugging Face transformers reads it; gguf: a file for llama.cpp',
    );
    const weights = new Option('--weights <type>', 'with gguf: the type of the matrices (default: f16)');
    return command
      .argument('<source>', 'folder, URL or Hugging Face id of a checkpoint, or a GGUF file')
      .addOption(to.choices(['float32', 'gguf']).makeOptionMandatory())
      .addOption(weights.choices(ggufWeights))
      .requiredOption('--out <path>', 'where to write: a folder that does not exist or is empty; with gguf a file');
  },
  run: ({ command, args: [source], options: { to, weights, out } }) => {
    if (to === 'float32' && weights !== undefined) refuseWeights(command);
    return withContext(command, undefined, context =>
      to === 'gguf'
        ? writeGgufFile({ source, out, weights: weights ?? 'f16' }, context)
        : writeConverted({ caller: 'convert', source, out }, { weights: 'f32' }, context),
    );
  },
};

function refuseWeights(command: Command): never {
  return command.error("error: option '--weights <type>' needs '--to gguf'; with float32 all weights are float32");
}
