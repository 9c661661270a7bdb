import type { Model } from '@residual/model';
import { Option } from 'commander';
import { headLabels, layerLabels } from '../../inspect/labels.js';
import { addDecoderOptions, type DecoderOptions, inputOf, predictingIds } from '../../inspect/prompts.js';
import { tokenHeading, tokenLabel, tokenOption } from '../../inspect/tokens.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { positiveWholeNumber, tokenIds } from '../../runtime/option-values.js';
import { fixed } from '../../terminal/format.js';
import { heatMap } from '../../terminal/heat-map.js';
import { bar } from '../../terminal/progress.js';

const activations = ['residual', 'attention', 'crossAttention', 'mlp', 'heads'] as const;

interface Options extends ModelOptions, DecoderOptions, ViewOptions {
  readonly cleanPrompt?: string;
  readonly cleanIds?: readonly number[];
  readonly corruptPrompt?: string;
  readonly corruptIds?: readonly number[];
  readonly answer: string;
  readonly wrong: string;
  readonly what: (typeof activations)[number];
  readonly batch?: number;
}

/** `residual inspect patch`: puts activations of a clean run into a corrupt one, one by one (activation patching). */
export const inspectPatchCommand: CommandDefinition<Options> = {
  declare: command => {
    const clean = new Option('--clean-prompt <text>', 'the text with the right answer').conflicts('cleanIds');
    const corrupt = new Option('--corrupt-prompt <text>', 'a text of as many tokens with another answer');
    const what = new Option('--what <activation>', 'what is put in: the input of a block, or what a part of it adds');
    addModelOptions(command)
      .addOption(clean)
      .option('--clean-ids <ids>', 'its token ids, separated by commas', tokenIds)
      .addOption(corrupt.conflicts('corruptIds'))
      .option('--corrupt-ids <ids>', 'its token ids', tokenIds)
      .requiredOption('--answer <token>', 'the right next token: an id, or a text that is one token')
      .requiredOption('--wrong <token>', 'a wrong next token')
      .addOption(what.choices(activations).default('residual'))
      .option('--batch <n>', 'how many patched runs at once (default: what suits the model)', positiveWholeNumber);
    return addViewOptions(addDecoderOptions(command));
  },
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { patchSweep } = await import('@residual/inspect');
      const { options } = call;
      const { what, batch, cleanPrompt, cleanIds, corruptPrompt, corruptIds } = options;
      const clean = inputOf(model, '--clean-prompt', { prompt: cleanPrompt, promptIds: cleanIds }, options);
      const corrupt = inputOf(model, '--corrupt-prompt', { prompt: corruptPrompt, promptIds: corruptIds }, options);
      const answer = tokenOption('--answer', options.answer, model);
      const wrong = tokenOption('--wrong', options.wrong, model);
      const onProgress = ({ done, total }: { done: number; total: number }) =>
        progress.show(bar(`patching ${what}`, done, total));
      const sweep = await patchSweep(model, {
        ...{ clean, corrupt, answer, wrong, what, onProgress, signal },
        ...(batch !== undefined && { batch }),
      });
      progress.end();
      const { values } = sweep;
      const columns = what === 'heads' ? headLabels(values) : positionLabels(model, clean, corrupt);
      printViews(options, {
        json: { clean: sweep.clean, corrupt: sweep.corrupt, values },
        tables: () => [
          [
            ['', ...columns],
            ...layerLabels(values.length).map((label, layer) => [label, ...values[layer]!.map(each => fixed(each, 3))]),
          ],
        ],
        picture: screen =>
          heatMap({ rows: layerLabels(values.length), columns, values, scale: 'diverging', limit: 1 }, screen),
        notes: [
          `logit of ${tokenLabel(model, answer)} - ${tokenLabel(model, wrong)}: ` +
            `clean ${sweep.clean.toFixed(4)}, corrupt ${sweep.corrupt.toFixed(4)}; ` +
            '0 is as in the corrupt run, 1 as in the clean one',
        ],
      });
      return 0;
    }),
};

/** The tokens of both runs by position: one where they are equal, else `clean/corrupt`. */
function positionLabels(
  model: Model,
  clean: Parameters<typeof predictingIds>[0],
  corrupt: Parameters<typeof predictingIds>[0],
): string[] {
  const others = predictingIds(corrupt);
  return predictingIds(clean).map((id, position) => {
    const other = others[position]!;
    return id === other ? tokenHeading(model, id) : `${tokenHeading(model, id)}/${tokenHeading(model, other)}`;
  });
}
