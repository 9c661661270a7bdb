import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { positiveWholeNumber } from '../runtime/option-values.js';
import { addLineOptions, type LineOptions, resultsOfLines } from '../runtime/text-lines.js';
import { print, printJson } from '../terminal/output.js';

interface Options extends ModelOptions, LineOptions {
  readonly prompt?: string;
  readonly dimensions?: number;
}

/** `residual embed`: one vector for each line. */
export const embedCommand: CommandDefinition<Options> = {
  declare: command =>
    addLineOptions(addModelOptions(command, 'a model that reads texts'))
      .option('--prompt <name>', 'the name of a text of the checkpoint that goes before each text, such as query')
      .option('--dimensions <n>', 'only the first n entries of each vector', positiveWholeNumber),
  run: call =>
    withModel(call, async context => {
      const { prompt, dimensions, json } = call.options;
      const settings = { ...(prompt !== undefined && { prompt }), ...(dimensions !== undefined && { dimensions }) };
      const results = resultsOfLines(call.options, context, {
        command: 'embed',
        done: 'embedded',
        read: (texts, options) => context.model.embedBatch(texts, { ...settings, ...options }),
      });
      for await (const lines of results)
        for (const [text, vector] of lines) {
          if (json) printJson({ text, embedding: Array.from(vector) });
          else print(`${shown(vector)}  ${text}`);
        }
      return 0;
    }),
};

/** The first entries of a vector, and its dimension. */
function shown(vector: Float32Array): string {
  const first = Array.from(vector.subarray(0, 4), value => value.toFixed(4).padStart(7)).join(' ');
  return `[${vector.length}] ${first}${vector.length > 4 ? ' ...' : ''}`;
}
