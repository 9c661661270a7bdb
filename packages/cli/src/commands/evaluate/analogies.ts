import type { AnalogyReport, Tally } from '@residual/word-vectors';
import type { CommandDefinition } from '../../runtime/command.js';
import { inputFile } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import { addVectorsOption, type VectorOptions, withVectors } from '../../runtime/vectors.js';
import { columns } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { readText } from '../../text/files.js';

interface Options extends VectorOptions {
  readonly json?: boolean;
}

/**
 * `residual evaluate analogies`: the share of questions "a is to b as c is to ?" that word vectors answer correctly.
 */
export const evaluateAnalogiesCommand: CommandDefinition<Options, readonly [string]> = {
  declare: command => {
    const what = "a file of lines with four words and lines ': CATEGORY', such as questions-words.txt";
    return addJsonOption(addVectorsOption(command).argument('<questions>', what, inputFile));
  },
  run: async call => {
    const { evaluateAnalogies, parseAnalogies } = await import('@residual/word-vectors');
    const questions = parseAnalogies(await readText('evaluate analogies', call.args[0]));
    return withVectors(call, async ({ vectors, signal, progress }) => {
      const report = await evaluateAnalogies(vectors, questions, {
        signal,
        onProgress: ({ done, total }) => progress.show(`answered ${done} of ${total}`),
      });
      progress.end();
      printResult(call.options, report, () => tableOf(report));
      return 0;
    });
  },
};

function tableOf({ categories, ...all }: AnalogyReport): string {
  const row = (name: string, { accuracy, correct, covered, total }: Tally) => [
    name,
    covered > 0 ? `${(100 * accuracy).toFixed(2)} %` : '-',
    `${correct}`,
    `${covered}`,
    `${total}`,
  ];
  const heads = ['category', 'accuracy', 'correct', 'covered', 'total'];
  return columns([heads, ...categories.map(category => row(category.name, category)), row('all', all)]);
}
