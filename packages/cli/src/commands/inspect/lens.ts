import { type AblateOptions, ablations, addAblateOption } from '../../inspect/ablations.js';
import { lensPicture, lensTables, type ShownLayer } from '../../inspect/lens-views.js';
import { addPromptOptions, inputOf, type PromptOptions, predictingIds } from '../../inspect/prompts.js';
import { textOfToken } from '../../inspect/tokens.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { inputFile, positiveWholeNumber } from '../../runtime/option-values.js';
import { readBytes } from '../../text/files.js';

interface Options extends ModelOptions, PromptOptions, AblateOptions, ViewOptions {
  readonly all?: boolean;
  readonly top: number;
  readonly tuned?: string;
}

/** `residual inspect lens`: what each layer would predict, read with the final norm and the head (the logit lens). */
export const inspectLensCommand: CommandDefinition<Options> = {
  declare: command => {
    addPromptOptions(addModelOptions(command))
      .option('--all', 'read every position, not only the last one')
      .option('--top <k>', 'how many of the likeliest tokens', positiveWholeNumber, 5)
      .option(
        '--tuned <file>',
        'a tuned lens of this model: the file that residual inspect tuned-lens wrote',
        inputFile,
      );
    return addViewOptions(addAblateOption(command));
  },
  run: call =>
    withModel(call, async ({ model, signal }) => {
      const { loadTunedLens, logitLens } = await import('@residual/inspect');
      const { options } = call;
      const { all = false, top, tuned } = options;
      const input = inputOf(model, '--prompt', options, options);
      const ids = predictingIds(input);
      const positions = all ? [...ids.keys()] : [ids.length - 1];
      using lens = tuned === undefined ? undefined : await loadTunedLens(model, await readBytes('inspect', tuned));
      const result = await logitLens(model, input, { top, positions, lens, hooks: await ablations(options), signal });
      const layers: ShownLayer[] = result.layers.map(({ path, top }) => ({
        path,
        top: top.map(tokens =>
          tokens.map(({ token, logprob }) => ({ id: token, text: textOfToken(model, token) ?? null, logprob })),
        ),
      }));
      const shown = { layers, model, positions, ids };
      printViews(options, {
        json: { layers: layers.map(layer => ({ ...layer, top: all ? layer.top : layer.top[0] })) },
        tables: () => lensTables(shown),
        picture: screen => lensPicture(shown, screen),
      });
      return 0;
    }),
};
