import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFile, positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { print, printJson } from '../terminal/output.js';
import { chunksFrom } from '../text/chunks.js';
import { lineGroups } from '../text/lines.js';

interface Options extends ModelOptions {
  readonly text?: string;
  readonly file?: string;
  readonly prompt?: string;
  readonly dimensions?: number;
  readonly json?: boolean;
}

/** How many lines are read at a time; they are embedded in batches of texts of similar length. */
const linesAtOnce = 256;

/** `residual embed`: one vector for each line. */
export const embedCommand: CommandDefinition<Options> = {
  declare: command => {
    const file = new Option('--file <file>', 'a UTF-8 file with a text on each line').argParser(inputFile);
    addModelOptions(command, 'a model that reads texts')
      .addOption(new Option('--text <text>', 'one text (default: the lines of standard input)').conflicts('file'))
      .addOption(file)
      .option('--prompt <name>', 'the name of a text of the checkpoint that goes before each text, such as query')
      .option('--dimensions <n>', 'only the first n entries of each vector', positiveWholeNumber);
    return addJsonOption(command, 'print one JSON object for each line');
  },
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { text, file, prompt, dimensions, json } = call.options;
      const settings = { ...(prompt !== undefined && { prompt }), ...(dimensions !== undefined && { dimensions }) };
      for await (const texts of lineGroups(chunksFrom('embed', { text, file, signal }), linesAtOnce)) {
        const onProgress = ({ done, total }: { done: number; total: number }) =>
          progress.show(`embedded: ${done} of ${total} lines`);
        const vectors = await model.embedBatch(texts, { ...settings, signal, onProgress });
        progress.end();
        for (const [i, vector] of vectors.entries()) {
          if (json) printJson({ text: texts[i], embedding: Array.from(vector) });
          else print(`${shown(vector)}  ${texts[i]}`);
        }
      }
      return 0;
    }),
};

/** The first entries of a vector, and its dimension. */
function shown(vector: Float32Array): string {
  const first = Array.from(vector.subarray(0, 4), value => value.toFixed(4).padStart(7)).join(' ');
  return `[${vector.length}] ${first}${vector.length > 4 ? ' ...' : ''}`;
}
