import { gridViews } from '../../inspect/grid-views.js';
import { headLabels } from '../../inspect/labels.js';
import { runOptions } from '../../inspect/sweep.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';

interface Options extends ModelOptions, ViewOptions {
  readonly foldNorms?: boolean;
}

/** `residual inspect copying`: how much each head raises the tokens that it attends to, by its weights alone. */
export const inspectCopyingCommand: CommandDefinition<Options> = {
  declare: command => {
    addModelOptions(command).option('--fold-norms', 'multiply the weights of the norms into the matrices');
    return addViewOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { copyingScores } = await import('@residual/inspect');
      const { options } = call;
      const { foldNorms = false } = options;
      const values = await copyingScores(context.model, { foldNorms, ...runOptions({}, 'copying scores', context) });
      context.progress.end();
      printViews(options, {
        json: { scores: values },
        ...gridViews({ values, columns: headLabels(values), scale: 'diverging', limit: 1 }),
        notes: [
          'Σ λ / Σ |λ| of the eigenvalues of the value-output circuit:',
          '1 copies, -1 lowers what it attends to',
        ],
      });
      return 0;
    }),
};
