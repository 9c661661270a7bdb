import type { Sweep } from '@residual/inspect';
import type { Model } from '@residual/model';
import { type Command, Option } from 'commander';
import type { ModelContext } from '../runtime/model.js';
import { positiveWholeNumber, tokenIds } from '../runtime/option-values.js';
import { bar } from '../terminal/progress.js';
import { gridViews } from './grid-views.js';
import { headLabels, positionLabels } from './labels.js';
import { addDecoderOptions, type DecoderOptions, type InspectInput, inputOf } from './prompts.js';
import { tokenLabel, tokenOption } from './tokens.js';
import { addViewOptions, printViews, type ViewOptions } from './view.js';

/** The options of `addSweepOptions`. */
export interface SweepOptions extends DecoderOptions, ViewOptions {
  readonly cleanPrompt?: string;
  readonly cleanIds?: readonly number[];
  readonly corruptPrompt?: string;
  readonly corruptIds?: readonly number[];
  readonly answer: string;
  readonly wrong: string;
  readonly batch?: number;
}

/** Adds the options of a sweep that puts activations of a clean run into a corrupt one. */
export function addSweepOptions(command: Command): Command {
  const clean = new Option('--clean-prompt <text>', 'the text with the right answer').conflicts('cleanIds');
  const corrupt = new Option('--corrupt-prompt <text>', 'a text of as many tokens with another answer');
  command
    .addOption(clean)
    .option('--clean-ids <ids>', 'its token ids, separated by commas', tokenIds)
    .addOption(corrupt.conflicts('corruptIds'))
    .option('--corrupt-ids <ids>', 'its token ids', tokenIds)
    .requiredOption('--answer <token>', 'the right next token: an id, or a text that is one token')
    .requiredOption('--wrong <token>', 'a wrong next token');
  addBatchOption(command);
  return addViewOptions(addDecoderOptions(command));
}

/** Adds the option `--batch`. */
export function addBatchOption(command: Command): Command {
  return command.option('--batch <n>', 'runs at once (default: as many as suit the model)', positiveWholeNumber);
}

/** What a sweep runs on. */
export interface SweepInputs {
  readonly clean: InspectInput;
  readonly corrupt: InspectInput;
  readonly answer: number;
  readonly wrong: number;
}

/** The prompts and tokens of the options. */
export function sweepInputs(model: Model, options: SweepOptions): SweepInputs {
  const { cleanPrompt, cleanIds, corruptPrompt, corruptIds } = options;
  return {
    clean: inputOf(model, '--clean-prompt', { prompt: cleanPrompt, promptIds: cleanIds }, options),
    corrupt: inputOf(model, '--corrupt-prompt', { prompt: corruptPrompt, promptIds: corruptIds }, options),
    answer: tokenOption('--answer', options.answer, model),
    wrong: tokenOption('--wrong', options.wrong, model),
  };
}

/** The options of a long call: its batch, its progress on the progress line, and its signal. */
export function runOptions({ batch }: { readonly batch?: number }, what: string, { progress, signal }: ModelContext) {
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number | undefined }) =>
    progress.show(bar(what, done, total ?? done));
  return { onProgress, signal, ...(batch !== undefined && { batch }) };
}

/** Prints a sweep as [layer][position], or as [layer][head]. */
export function printSweep(
  options: ViewOptions,
  { model, progress }: ModelContext,
  { clean, corrupt, answer, wrong }: SweepInputs,
  { sweep, byHead }: { readonly sweep: Sweep; readonly byHead: boolean },
): void {
  progress.end();
  const { values } = sweep;
  const columns = byHead ? headLabels(values) : positionLabels(model, clean, corrupt);
  printViews(options, {
    json: { clean: sweep.clean, corrupt: sweep.corrupt, values },
    ...gridViews({ values, columns, scale: 'diverging', limit: 1 }),
    notes: [
      `logit of ${tokenLabel(model, answer)} - ${tokenLabel(model, wrong)}: ` +
        `clean ${sweep.clean.toFixed(4)}, corrupt ${sweep.corrupt.toFixed(4)}`,
      '0 is as in the corrupt run, 1 as in the clean one',
    ],
  });
}
