import { Option } from 'commander';
import { type FormRule, formRules, ruledForms } from '../convert/form-rules.js';
import { writeConverted } from '../convert/write-checkpoint.js';
import type { CommandDefinition } from '../runtime/command.js';
import { withContext } from '../runtime/context.js';
import { type FormName, weightForms } from '../runtime/model.js';
import { outputFolder, positiveNumber } from '../runtime/option-values.js';

interface Options {
  readonly to: Exclude<FormName, 'f32'>;
  readonly head?: FormName;
  readonly keep?: readonly FormRule[];
  readonly out: string;
  readonly maxFile?: number;
}

/** `residual quantize`: writes a checkpoint with its matrices in fewer bits. */
export const quantizeCommand: CommandDefinition<Options, readonly [string]> = {
  declare: command => {
    const to = new Option('--to <form>', 'the form of the matrices').choices(weightForms.slice(1));
    const head = new Option('--head <form>', 'the form of the head, or of the embedding it is tied to, if another one');
    return command
      .argument('<source>', 'folder, URL or Hugging Face id of a checkpoint')
      .addOption(to.makeOptionMandatory())
      .addOption(head.choices(weightForms))
      .option(
        '--keep <pattern=form...>',
        'another form for the matrices with these paths; the first rule counts',
        formRules,
      )
      .option('--max-file <megabytes>', 'splits the weights into files of at most this size', positiveNumber)
      .requiredOption('--out <folder>', 'where to write: a folder that does not exist or is empty', outputFolder);
  },
  run: ({ command, args: [source], options: { to, head = to, keep = [], out, maxFile } }) =>
    withContext(command, undefined, context => {
      const { formsOr, expectAllUsed } = ruledForms('quantize', keep);
      return writeConverted(
        { caller: 'quantize', source, out, check: expectAllUsed },
        {
          ...{ weights: formsOr(to), head: formsOr(head) },
          ...(maxFile && { maxFileBytes: Math.floor(maxFile * 1e6) }),
        },
        context,
      );
    }),
};
