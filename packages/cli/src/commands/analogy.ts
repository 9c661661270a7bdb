import type { ArithmeticMethod, ArithmeticResult, ScoredNeighbour } from '@residual/word-vectors';
import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { addVectorsOption, type VectorOptions, withVectors } from '../runtime/vectors.js';
import { columns } from '../terminal/format.js';
import { printResult } from '../terminal/output.js';

interface Options extends VectorOptions {
  readonly top: number;
  readonly method: ArithmeticMethod;
  readonly json?: boolean;
}

/** `residual analogy`: the nearest words of an expression such as `king - man + woman`. */
export const analogyCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    const method = new Option('--method <name>', 'add (3CosAdd), multiply (3CosMul) or euclid');
    addVectorsOption(command)
      .argument(
        '<expression...>',
        "words added and subtracted, such as 'king - man + woman'; quotes hold a word with a space together",
      )
      .option('--top <k>', 'how many words', positiveWholeNumber, 10)
      .addOption(method.choices(['add', 'multiply', 'euclid']).default('add'));
    return addJsonOption(command);
  },
  run: call =>
    withVectors(call, async ({ vectors }) => {
      const { arithmetic } = await import('@residual/word-vectors');
      const { options, args } = call;
      const { top, method } = options;
      const expression = args[0].join(' ');
      const result = arithmetic(vectors, expression, { topN: top, method });
      printResult(options, resultOf(expression, method, result), () => tableOf(result, method));
      return 0;
    }),
};

function resultOf(expression: string, method: ArithmeticMethod, { terms, neighbours }: ArithmeticResult) {
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
