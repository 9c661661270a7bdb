import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { columns, fixed } from '../terminal/format.js';
import { print, printJson } from '../terminal/output.js';

interface Options extends ModelOptions {
  readonly text: string;
  readonly top: number;
  readonly json?: boolean;
}

/** `residual fill-mask`: the most likely tokens in the place of each mask of a text. */
export const fillMaskCommand: CommandDefinition<Options> = {
  declare: command => {
    addModelOptions(command, 'a masked language model')
      .requiredOption('--text <text>', 'a text with masks, such as "Paris is the [MASK] of France."')
      .option('--top <n>', 'how many tokens are shown for each mask', positiveWholeNumber, 5);
    return addJsonOption(command, 'print one JSON object for each token');
  },
  run: call =>
    withModel(call, async ({ model, signal }) => {
      const { text, top, json } = call.options;
      const masks = await model.fillMask(text, { top, signal });
      const fills = masks.flatMap((each, mask) => each.map(fill => ({ mask, ...fill })));
      if (json) for (const fill of fills) printJson(fill);
      else {
        const rows = fills.map(({ mask, text: own, score, sequence }) => [`${mask}`, fixed(score, 4), own, sequence]);
        print(columns([['mask', 'score', 'token', 'text'], ...rows]));
      }
      return 0;
    }),
};
