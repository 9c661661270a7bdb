import { readFile } from 'node:fs/promises';
import type { AnalogyReport, Tally } from '@residual/word-vectors';
import { Command } from 'commander';
import { columns, print } from '../output.js';
import { withVectors, withVectorsOption } from './with-vectors.js';

/**
 * `residual evaluate analogies`: the share of questions "a is to b as c is to ?" that word vectors answer correctly.
 */
export function evaluateAnalogiesCommand(exit: (code: number) => void): Command {
  return withVectorsOption(new Command('analogies'))
    .argument('<questions>', "a file of lines with four words and lines ': CATEGORY', such as questions-words.txt")
    .option('--json', 'print one object instead of a table')
    .action(async (file: string, { vectors: source, json }: { vectors: string; json?: boolean }) => {
      const { evaluateAnalogies, parseAnalogies } = await import('@residual/word-vectors');
      const questions = parseAnalogies(await readFile(file, 'utf8'));
      const code = await withVectors(source, async ({ vectors, signal, progress }) => {
        const report = await evaluateAnalogies(vectors, questions, {
          signal,
          onProgress: ({ done, total }) => progress.show(`answered ${done} of ${total}`),
        });
        progress.end();
        print(json ? JSON.stringify(report) : tableOf(report));
        return 0;
      });
      exit(code);
    });
}

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
