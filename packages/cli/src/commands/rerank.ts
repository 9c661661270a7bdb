import { ResidualError } from '@residual/base';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFile, positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { columns, fixed } from '../terminal/format.js';
import { print, printJson } from '../terminal/output.js';
import { chunksFrom } from '../text/chunks.js';
import { linesOf, withoutEnd } from '../text/lines.js';

interface Options extends ModelOptions {
  readonly query: string;
  readonly file?: string;
  readonly top?: number;
  readonly json?: boolean;
}

/** `residual rerank`: lines by how well they answer a query, best first. */
export const rerankCommand: CommandDefinition<Options> = {
  declare: command => {
    addModelOptions(command, 'a cross-encoder, which classifies pairs of texts with one label')
      .requiredOption('--query <text>', 'what the lines are compared with')
      .option('--file <file>', 'a UTF-8 file with a text on each line (default: standard input)', inputFile)
      .option('--top <n>', 'how many lines are shown (default: all)', positiveWholeNumber);
    return addJsonOption(command, 'print one JSON object for each line');
  },
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { query, file, top, json } = call.options;
      const lines: string[] = [];
      for await (const line of linesOf(chunksFrom('rerank', { file, signal }))) lines.push(withoutEnd(line));
      if (lines.length === 0)
        throw new ResidualError('files', `rerank: ${file ?? 'standard input'} has no lines to compare with the query`);
      const onProgress = ({ done, total }: { done: number; total: number }) =>
        progress.show(`compared: ${done} of ${total} lines`);
      const ranked = (await model.rerank(query, lines, { signal, onProgress })).slice(0, top);
      progress.end();
      if (json) for (const each of ranked) printJson(each);
      else {
        const rows = ranked.map(({ index, score, text }) => [fixed(score, 4), `${index}`, text]);
        print(columns([['score', 'index', 'text'], ...rows]));
      }
      return 0;
    }),
};
