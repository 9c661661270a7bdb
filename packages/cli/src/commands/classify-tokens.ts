import type { Aggregation } from '@residual/model';
import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { addLineOptions, type LineOptions, maxTokensOption, resultsOfLines } from '../runtime/text-lines.js';
import { columns, fixed } from '../terminal/format.js';
import { print, printJson } from '../terminal/output.js';
import { inCodePoints } from '../text/code-points.js';

interface Options extends ModelOptions, LineOptions {
  readonly aggregation: Aggregation;
  readonly maxTokens?: number;
}

/** `residual classify-tokens`: the labelled parts of each line, such as names. */
export const classifyTokensCommand: CommandDefinition<Options> = {
  declare: command => {
    const what = 'how tokens become parts: neighbours of one label, or words with one label';
    const choices: Aggregation[] = ['simple', 'first', 'average', 'max'];
    return addLineOptions(addModelOptions(command, 'a model that classifies tokens'))
      .addOption(new Option('--aggregation <name>', what).choices(choices).default('simple'))
      .addOption(maxTokensOption());
  },
  run: call =>
    withModel(call, async context => {
      const { aggregation, maxTokens, json } = call.options;
      const settings = { aggregation, ...(maxTokens !== undefined && { maxTokens }) };
      const results = resultsOfLines(call.options, context, {
        command: 'classify-tokens',
        done: 'classified',
        read: (texts, options) => context.model.classifyTokens(texts, { ...settings, ...options }),
      });
      const header = [['line', 'label', 'score', 'offset', 'text']];
      let line = 0;
      for await (const lines of results) {
        const rows: string[][] = [];
        for (const [whole, found] of lines) {
          line++;
          const spans = inCodePoints(whole, found);
          if (json) printJson({ text: whole, spans });
          for (const { label, score, start, end, text } of spans)
            rows.push([`${line}`, label, fixed(score, 4), `${start}–${end}`, text]);
        }
        if (!json && rows.length > 0) print(columns([...header.splice(0), ...rows]));
      }
      return 0;
    }),
};
