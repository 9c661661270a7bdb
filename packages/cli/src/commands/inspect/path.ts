import { ResidualError } from '@residual/base';
import type { Receiver } from '@residual/inspect';
import { Option } from 'commander';
import { partForm, partOfActivation } from '../../inspect/part-of-activation.js';
import { addSweepOptions, printSweep, runOptions, type SweepOptions, sweepInputs } from '../../inspect/sweep.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';

const senders = ['heads', 'attention', 'mlp'] as const;

interface Options extends ModelOptions, SweepOptions {
  readonly senders: (typeof senders)[number];
  readonly receivers: readonly Receiver[] | 'logits';
  readonly throughMlps?: boolean;
}

/** `residual inspect path`: the direct effect of each head or part, only by way of the receivers (path patching). */
export const inspectPathCommand: CommandDefinition<Options> = {
  declare: command => {
    const from = new Option('--senders <activation>', 'where the paths begin, one by one');
    addModelOptions(command)
      .addOption(from.choices(senders).default('heads'))
      .option(
        '--receivers <input...>',
        `where they end: logits, or inputs of parts: ${partForm}, such as decoder.layers.3.attention.query:0,2`,
        receiver,
        'logits',
      )
      .option('--through-mlps', 'count paths through mlps as direct, as Wang et al. 2022 do');
    return addSweepOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { pathPatch } = await import('@residual/inspect');
      const { options } = call;
      const { senders, receivers, throughMlps = false } = options;
      if (receivers !== 'logits' && receivers.some(({ name }) => name === 'logits'))
        throw new ResidualError('option', 'inspect: --receivers names logits and others; it must be logits alone');
      const inputs = sweepInputs(context.model, options);
      const sweep = await pathPatch(context.model, {
        ...inputs,
        ...runOptions(options, `paths from ${senders}`, context),
        ...{ senders, receivers, freezeMlps: !throughMlps },
      });
      printSweep(options, context, inputs, { sweep, byHead: senders === 'heads' });
      return 0;
    }),
};

/** `logits`, or a part of an activation; one after the other. */
function receiver(text: string, before: readonly Receiver[] | 'logits'): readonly Receiver[] | 'logits' {
  const others = before === 'logits' ? [] : before;
  return text === 'logits' && others.length === 0 ? 'logits' : [...others, partOfActivation(text)];
}
