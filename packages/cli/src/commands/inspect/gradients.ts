import { addPromptOptions, inputOf, type PromptOptions, predictingIds } from '../../inspect/prompts.js';
import { runOptions } from '../../inspect/sweep.js';
import { addTargetOptions, type TargetOptions, targetOf } from '../../inspect/target.js';
import { tokenHeading } from '../../inspect/tokens.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { positiveWholeNumber } from '../../runtime/option-values.js';
import { bars } from '../../terminal/bars.js';
import { fixed } from '../../terminal/format.js';

interface Options extends ModelOptions, PromptOptions, TargetOptions, ViewOptions {
  readonly integrated?: boolean;
  readonly steps?: number;
  readonly source?: boolean;
}

/** `residual inspect gradients`: what each token of the input contributes to a logit, by gradients. */
export const inspectGradientsCommand: CommandDefinition<Options> = {
  declare: command => {
    addTargetOptions(addPromptOptions(addModelOptions(command)))
      .option('--integrated', 'integrated gradients from a zero vector instead of gradient × input')
      .option('--steps <n>', 'of integrated gradients: points on the way (default: 32)', positiveWholeNumber)
      .option('--source', 'of an encoder-decoder: the tokens of the source, not those that the decoder has written');
    return addViewOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { gradientTimesInput, integratedGradients } = await import('@residual/inspect');
      const { options } = call;
      const { model, progress, signal } = context;
      const { integrated = false, steps, source = false } = options;
      const input = inputOf(model, '--prompt', options, options);
      const { label, ...target } = targetOf(model, input, options);
      const isOfSource = source && 'source' in input;
      const settings = { ...target, signal, ...(isOfSource && { name: 'source.embedding.output' }) };
      const points = steps === undefined ? {} : { steps };
      const { value, contributions } = integrated
        ? await integratedGradients(model, input, { ...settings, ...points, ...runOptions({}, 'gradients', context) })
        : await gradientTimesInput(model, input, settings);
      progress.end();
      const ids = isOfSource ? input.source : predictingIds(input);
      const tokens = ids.map((id, i) => ({ id, label: tokenHeading(model, id), value: contributions[i]! }));
      printViews(options, {
        json: { value, contributions },
        tables: () => [
          [
            ['position', 'token', 'contribution'],
            ...tokens.map(({ label, value }, i) => [`${i}`, label, fixed(value, 4)]),
          ],
        ],
        picture: screen => bars(tokens, screen),
        notes: [`${label}: ${fixed(value, 4)}`],
      });
      return 0;
    }),
};
