import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFile, positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { columns, fixed } from '../terminal/format.js';
import { print, printJson } from '../terminal/output.js';
import { wholeText } from '../text/chunks.js';
import { inCodePoints } from '../text/code-points.js';

interface Options extends ModelOptions {
  readonly question: string;
  readonly text?: string;
  readonly file?: string;
  readonly top: number;
  readonly maxAnswerLength: number;
  readonly json?: boolean;
}

/** `residual answer`: the parts of a text that answer a question, best first. */
export const answerCommand: CommandDefinition<Options> = {
  declare: command => {
    addModelOptions(command, 'a model that finds answers in a text')
      .requiredOption('--question <text>', 'the question')
      .addOption(new Option('--text <text>', 'what is read (default: standard input)').conflicts('file'))
      .option('--file <file>', 'a UTF-8 file that is read', inputFile)
      .option('--top <n>', 'how many answers are shown', positiveWholeNumber, 1)
      .option('--max-answer-length <n>', 'the most tokens of an answer', positiveWholeNumber, 15);
    return addJsonOption(command, 'print one JSON object for each answer');
  },
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { question, text, file, top, maxAnswerLength, json } = call.options;
      const context = text ?? (await wholeText('answer', { file, signal }));
      const onProgress = ({ done, total }: { done: number; total: number }) =>
        progress.show(`read: ${done} of ${total} windows`);
      const found = await model.answer(question, context, { top, maxAnswerLength, signal, onProgress });
      progress.end();
      const answers = inCodePoints(context, found);
      if (json) for (const answer of answers) printJson(answer);
      else {
        const rows = answers.map(({ start, end, score, text: own }) => [fixed(score, 4), `${start}–${end}`, own]);
        print(columns([['score', 'offset', 'text'], ...rows]));
      }
      return 0;
    }),
};
