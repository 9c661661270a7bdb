import { Option } from 'commander';
import { type AblateOptions, ablations, addAblateOption } from '../../inspect/ablations.js';
import { addPromptOptions, inputOf, type PromptOptions } from '../../inspect/prompts.js';
import { addTargetOptions, type TargetOptions, targetOf } from '../../inspect/target.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { positiveWholeNumber } from '../../runtime/option-values.js';
import { bars } from '../../terminal/bars.js';
import { fixed } from '../../terminal/format.js';

interface Options extends ModelOptions, PromptOptions, TargetOptions, AblateOptions, ViewOptions {
  readonly heads?: boolean;
  readonly neurons?: number;
}

/** `residual inspect attribute`: what each component adds to the logit of a token (direct logit attribution). */
export const inspectAttributeCommand: CommandDefinition<Options> = {
  declare: command => {
    const neurons = new Option('--neurons <n>', 'split each mlp: the n neurons that add most, the others, the bias');
    addTargetOptions(addPromptOptions(addModelOptions(command)))
      .option('--heads', 'split each attention by head')
      .addOption(neurons.argParser(positiveWholeNumber).conflicts('heads'));
    return addViewOptions(addAblateOption(command));
  },
  run: call =>
    withModel(call, async ({ model, signal }) => {
      const { attributeLogits } = await import('@residual/inspect');
      const { options } = call;
      const { heads, neurons } = options;
      const input = inputOf(model, '--prompt', options, options);
      const { label, ...target } = targetOf(model, input, options);
      const by = heads ? 'head' : neurons === undefined ? 'block' : 'neuron';
      const hooks = await ablations(options);
      const settings = { ...target, by, hooks, signal, ...(neurons !== undefined && { neurons }) } as const;
      const { logit, components } = await attributeLogits(model, input, settings);
      printViews(options, {
        json: { logit, components: components.map(({ path, contribution }) => ({ path, contribution })) },
        tables: () => [
          [
            ['component', 'contribution'],
            ...components.map(({ path, contribution }) => [path, fixed(contribution, 4)]),
            [label, fixed(logit, 4)],
          ],
        ],
        picture: screen => [
          ...bars(
            components.map(({ path, contribution }) => ({ label: path, value: contribution })),
            screen,
          ),
          [],
          [{ text: `${label}: ${fixed(logit, 4)}` }],
        ],
      });
      return 0;
    }),
};
