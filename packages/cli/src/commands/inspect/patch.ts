import { Option } from 'commander';
import { addSweepOptions, printSweep, runOptions, type SweepOptions, sweepInputs } from '../../inspect/sweep.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';

const activations = ['residual', 'attention', 'crossAttention', 'mlp', 'heads'] as const;

interface Options extends ModelOptions, SweepOptions {
  readonly what: (typeof activations)[number];
}

/** `residual inspect patch`: puts activations of a clean run into a corrupt one, one by one (activation patching). */
export const inspectPatchCommand: CommandDefinition<Options> = {
  declare: command => {
    const what = new Option('--what <activation>', 'what is put in: the input of a block, or what a part of it adds');
    addModelOptions(command).addOption(what.choices(activations).default('residual'));
    return addSweepOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { patchSweep } = await import('@residual/inspect');
      const { options } = call;
      const { what } = options;
      const inputs = sweepInputs(context.model, options);
      const settings = { ...inputs, what, ...runOptions(options, `patching ${what}`, context) };
      const sweep = await patchSweep(context.model, settings);
      printSweep(options, context, inputs, { sweep, byHead: what === 'heads' });
      return 0;
    }),
};
