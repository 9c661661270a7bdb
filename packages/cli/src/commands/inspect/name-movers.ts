import { ResidualError } from '@residual/base';
import type { NameMoverScores } from '@residual/inspect';
import { positionsOfText } from '../../inspect/find-text.js';
import { gridViews, largest } from '../../inspect/grid-views.js';
import { headLabels } from '../../inspect/labels.js';
import { runOptions } from '../../inspect/sweep.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { positiveWholeNumber } from '../../runtime/option-values.js';
import { fixed } from '../../terminal/format.js';

interface Options extends ModelOptions, ViewOptions {
  readonly prompt: readonly string[];
  readonly names: readonly string[];
  readonly top: number;
}

const scoreNames = [
  ['copy', 'how often the head copies a name that it attends to alone'],
  ['attention', 'mean attention from the end to a name'],
  ['attribution', 'mean contribution to the logit of a name'],
  ['correlation', 'correlation of these two'],
] as const;

/** `residual inspect name-movers`: heads that attend to a name and raise its logit. */
export const inspectNameMoversCommand: CommandDefinition<Options> = {
  declare: command => {
    addModelOptions(command)
      .requiredOption('--prompt <text...>', 'one or more texts whose next token is a name')
      .requiredOption('--names <text...>', 'the names in them')
      .option('--top <k>', 'how many of the largest logits count as copied', positiveWholeNumber, 5);
    return addViewOptions(command);
  },
  run: call =>
    withModel(call, async context => {
      const { nameMoverScores } = await import('@residual/inspect');
      const { options } = call;
      const { model, progress } = context;
      const { prompt: prompts, names, top } = options;
      if (model.encoderDepth > 0)
        throw new ResidualError('kind', 'inspect: name movers are heads of a model without an encoder');
      const examples = prompts.map(prompt => {
        const present = names.filter(name => prompt.includes(name.trim()));
        const positions = (present.length > 0 ? present : names.slice(0, 1)).flatMap(name =>
          positionsOfText(model, '--names', prompt, name).map(tokens => tokens.at(-1)!),
        );
        return { ids: model.tokensOf(prompt), names: positions };
      });
      const scores = await nameMoverScores(model, examples, { top, ...runOptions({}, 'prompts', context) });
      progress.end();
      printViews(options, { json: { scores }, ...viewsOf(scores) });
      return 0;
    }),
};

function viewsOf(scores: NameMoverScores) {
  const columns = headLabels(scores.copy);
  return {
    tables: () => [
      [
        ['head', ...scoreNames.map(([name]) => name)],
        ...scores.copy.flatMap((heads, layer) =>
          heads.map((_, head) => [
            `${layer}.${head}`,
            ...scoreNames.map(([name]) => fixed(scores[name][layer]![head]!, 4)),
          ]),
        ),
      ],
    ],
    picture: (screen: Parameters<ReturnType<typeof gridViews>['picture']>[0]) =>
      scoreNames.flatMap(([name, what], i) => {
        const limit = name === 'attribution' ? largest(scores[name]) : 1;
        const grid = gridViews({ values: scores[name], columns, scale: 'diverging', limit });
        return [...(i > 0 ? [[]] : []), [{ text: `${name}: ${what}` }], ...grid.picture(screen)];
      }),
  };
}
