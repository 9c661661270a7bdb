import type { ArithmeticMethod, ArithmeticResult, ScoredNeighbour } from '@residual/word-vectors';
import { Command, Option } from 'commander';
import { columns, print } from '../output.js';
import { wordCount } from './option-values.js';
import { withVectors, withVectorsOption } from './with-vectors.js';

interface Options {
  readonly vectors: string;
  readonly top: number;
  readonly method: ArithmeticMethod;
  readonly json?: boolean;
}

/** `residual analogy`: the nearest words of an expression such as `king - man + woman`. */
export function analogyCommand(exit: (code: number) => void): Command {
  return withVectorsOption(new Command('analogy'))
    .argument(
      '<expression...>',
      "words added and subtracted, such as 'king - man + woman'; quotes hold a word with a space together",
    )
    .addOption(new Option('--top <k>', 'how many words').argParser(wordCount).default(10))
    .addOption(
      new Option('--method <name>', 'add (3CosAdd), multiply (3CosMul) or euclid')
        .choices(['add', 'multiply', 'euclid'])
        .default('add'),
    )
    .option('--json', 'print one object instead of a table')
    .action(async (words: string[], { vectors: source, top, method, json }: Options) => {
      const expression = words.join(' ');
      const { arithmetic } = await import('@residual/word-vectors');
      const code = await withVectors(source, ({ vectors }) => {
        const result = arithmetic(vectors, expression, { topN: top, method });
        print(json ? JSON.stringify(plain(expression, method, result)) : tableOf(result, method));
        return 0;
      });
      exit(code);
    });
}

function plain(expression: string, method: ArithmeticMethod, { terms, neighbours }: ArithmeticResult) {
  const answers = neighbours.map(({ word, similarity, score }) => ({ word, similarity, score }));
  return { expression, method, terms, neighbours: answers };
}

function tableOf({ neighbours }: ArithmeticResult, method: ArithmeticMethod): string {
  const score = { add: undefined, multiply: 'product', euclid: 'distance' }[method];
  const row = ({ word, similarity, score: value }: ScoredNeighbour) => [
    word,
    similarity.toFixed(3),
    ...(score ? [value.toFixed(3)] : []),
  ];
  return columns([['word', 'cosine', ...(score ? [score] : [])], ...neighbours.map(row)]);
}
