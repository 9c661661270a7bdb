import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { positiveWholeNumber } from '../runtime/option-values.js';
import { addLineOptions, type LineOptions, maxTokensOption, resultsOfLines } from '../runtime/text-lines.js';
import { columns } from '../terminal/format.js';
import { labelRows } from '../terminal/labels.js';
import { print, printJson } from '../terminal/output.js';

interface Options extends ModelOptions, LineOptions {
  readonly top?: number;
  readonly maxTokens?: number;
}

/** `residual classify`: the labels of each line, best first. */
export const classifyCommand: CommandDefinition<Options> = {
  declare: command =>
    addLineOptions(addModelOptions(command, 'a model that classifies texts'))
      .option('--top <n>', 'how many labels are shown (default: all)', positiveWholeNumber)
      .addOption(maxTokensOption()),
  run: call =>
    withModel(call, async context => {
      const { top, maxTokens, json } = call.options;
      const results = resultsOfLines(call.options, context, {
        command: 'classify',
        done: 'classified',
        read: (texts, options) =>
          context.model.classify(texts, { ...options, ...(maxTokens !== undefined && { maxTokens }) }),
      });
      const header = [['label', 'score', 'text']];
      for await (const lines of results) {
        const best = lines.map(([text, labels]) => ({ text, labels: labels.slice(0, top) }));
        if (json) for (const each of best) printJson(each);
        else
          print(
            columns([...header.splice(0), ...labelRows(best.map(({ text, labels }) => ({ input: text, labels })))]),
          );
      }
      return 0;
    }),
};
