import { Option } from 'commander';
import { writeConverted } from '../convert/write-checkpoint.js';
import type { CommandDefinition } from '../runtime/command.js';
import { withContext } from '../runtime/context.js';

interface Options {
  readonly to: 'float32';
  readonly out: string;
}

/** `residual convert`: writes a checkpoint in another layout. */
export const convertCommand: CommandDefinition<Options, readonly [string]> = {
  declare: command => {
    const to = new Option('--to <layout>', 'float32: what the weights mean, as Hugging Face transformers reads it');
    return command
      .argument('<source>', 'folder, URL or Hugging Face id of a checkpoint')
      .addOption(to.choices(['float32']).makeOptionMandatory())
      .requiredOption('--out <path>', 'where to write: a folder that does not exist or is empty');
  },
  run: ({ command, args: [source], options: { out } }) =>
    withContext(command, undefined, context =>
      writeConverted({ caller: 'convert', source, out }, { weights: 'f32' }, context),
    ),
};
