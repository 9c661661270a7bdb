import { addPromptOptions, inputOf, type PromptOptions, predictingIds } from '../../inspect/prompts.js';
import { tokenLabel, tokenOption } from '../../inspect/tokens.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { wholeNumber } from '../../runtime/option-values.js';
import { bars } from '../../terminal/bars.js';
import { fixed } from '../../terminal/format.js';

interface Options extends ModelOptions, PromptOptions, ViewOptions {
  readonly target: string;
  readonly against?: string;
  readonly position?: number;
  readonly heads?: boolean;
}

/** `residual inspect attribute`: what each component adds to the logit of a token (direct logit attribution). */
export const inspectAttributeCommand: CommandDefinition<Options> = {
  declare: command => {
    addPromptOptions(addModelOptions(command))
      .requiredOption('--target <token>', 'the token whose logit is explained: an id, or a text that is one token')
      .option('--against <token>', 'explain the difference to the logit of this token instead')
      .option('--position <n>', 'the position that predicts, from 0 (default: the last one)', wholeNumber)
      .option('--heads', 'split each attention by head');
    return addViewOptions(command);
  },
  run: call =>
    withModel(call, async ({ model, signal }) => {
      const { attributeLogits } = await import('@residual/inspect');
      const { options } = call;
      const input = inputOf(model, '--prompt', options, options);
      const target = tokenOption('--target', options.target, model);
      const against = options.against === undefined ? undefined : tokenOption('--against', options.against, model);
      const position = options.position ?? predictingIds(input).length - 1;
      const { logit, components } = await attributeLogits(model, input, {
        target,
        ...(against !== undefined && { against }),
        position,
        by: options.heads ? 'head' : 'block',
        signal,
      });
      const what = `logit of ${tokenLabel(model, target)}${against === undefined ? '' : ` - ${tokenLabel(model, against)}`}`;
      printViews(options, {
        json: { logit, components: components.map(({ path, contribution }) => ({ path, contribution })) },
        tables: () => [
          [
            ['component', 'contribution'],
            ...components.map(({ path, contribution }) => [path, fixed(contribution, 4)]),
            [what, logit.toFixed(4)],
          ],
        ],
        picture: screen => [
          ...bars(
            components.map(({ path, contribution }) => ({ label: path, value: contribution })),
            screen,
          ),
          [],
          [{ text: `${what} after ${tokenLabel(model, predictingIds(input)[position]!)}: ${logit.toFixed(4)}` }],
        ],
      });
      return 0;
    }),
};
