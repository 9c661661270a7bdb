import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';
import { Option } from 'commander';
import { positionsOfText } from '../../inspect/find-text.js';
import { gridViews, largest } from '../../inspect/grid-views.js';
import { positionLabels } from '../../inspect/labels.js';
import { addPromptOptions, inputOf, type PromptOptions } from '../../inspect/prompts.js';
import { addBatchOption, runOptions } from '../../inspect/sweep.js';
import { tokenLabel, tokenOption } from '../../inspect/tokens.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { positiveNumber, positiveWholeNumber, seed, tokenIds } from '../../runtime/option-values.js';

const activations = ['residual', 'attention', 'crossAttention', 'mlp'] as const;

interface Options extends ModelOptions, PromptOptions, ViewOptions {
  readonly subject?: string;
  readonly subjectPositions?: readonly number[];
  readonly answer?: string;
  readonly what: (typeof activations)[number];
  readonly samples: number;
  readonly std?: number;
  readonly window: number;
  readonly seed: number;
  readonly batch?: number;
}

/** `residual inspect trace`: hides a subject by noise and restores one state after another (causal tracing). */
export const inspectTraceCommand: CommandDefinition<Options> = {
  declare: command => {
    const subject = new Option('--subject <text>', 'the part of the prompt whose embeddings get noise');
    const what = new Option('--what <activation>', 'what is restored: the input of a block, or what a part of it adds');
    addPromptOptions(addModelOptions(command))
      .addOption(subject.conflicts('subjectPositions'))
      .option('--subject-positions <positions>', 'its positions, from 0, separated by commas', tokenIds)
      .option('--answer <token>', 'an id, or a text that is one token (default: the likeliest next token)')
      .addOption(what.choices(activations).default('residual'))
      .option('--window <n>', 'how many layers around each one are restored', positiveWholeNumber, 1)
      .option('--samples <n>', 'how many samples of noise', positiveWholeNumber, 10)
      .option('--std <s>', 'standard deviation of the noise (default: 3 times that of the embeddings)', positiveNumber)
      .option('--seed <s>', 'the seed of the noise', seed, 0);
    return addViewOptions(addBatchOption(command));
  },
  run: call =>
    withModel(call, async context => {
      const { causalTrace } = await import('@residual/inspect');
      const { options } = call;
      const { model, progress } = context;
      const { what, samples, std, window, seed } = options;
      const prompt = inputOf(model, '--prompt', options, options);
      const answer = options.answer === undefined ? undefined : tokenOption('--answer', options.answer, model);
      const trace = await causalTrace(model, {
        ...{ prompt, subject: subjectOf(model, options), what, samples, window, seed },
        ...runOptions(options, `restoring ${what}`, context),
        ...(std !== undefined && { std }),
        ...(answer !== undefined && { answer }),
      });
      progress.end();
      const { clean, corrupt, values } = trace;
      printViews(options, {
        json: { answer: trace.answer, clean, corrupt, values },
        ...gridViews({ values, columns: positionLabels(model, prompt), scale: 'diverging', limit: largest(values) }),
        notes: [
          `probability of ${tokenLabel(model, trace.answer)}: ${clean.toFixed(4)}, with noise ${corrupt.toFixed(4)}`,
          'the values are what a restored state adds to it',
        ],
      });
      return 0;
    }),
};

function subjectOf(model: Model, { subject, subjectPositions, prompt }: Options): readonly number[] {
  if (subjectPositions) return subjectPositions;
  if (subject !== undefined) return positionsOfText(model, '--subject', prompt, subject).flat();
  throw new ResidualError('option', 'inspect: give the subject: a text with --subject, or --subject-positions');
}
