import { basename } from 'node:path';
import type { SimilarityReport } from '@residual/word-vectors';
import type { CommandDefinition } from '../../runtime/command.js';
import { inputFiles } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import { addVectorsOption, type VectorOptions, withVectors } from '../../runtime/vectors.js';
import { columns } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { readText } from '../../text/files.js';

interface Options extends VectorOptions {
  readonly json?: boolean;
}

/** `residual evaluate similarity`: the rank correlation of cosines with people's ratings of word pairs. */
export const evaluateSimilarityCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    const what = 'files of lines with two words and a rating, such as MEN, WordSim-353, SimLex-999';
    return addJsonOption(addVectorsOption(command).argument('<ratings...>', what, inputFiles));
  },
  run: async call => {
    const { evaluateSimilarity, parseRatings } = await import('@residual/word-vectors');
    const [files] = call.args;
    const sets = await Promise.all(
      files.map(async file => ({ file, pairs: parseRatings(await readText('evaluate similarity', file)) })),
    );
    return withVectors(call, async ({ vectors }) => {
      const reports = sets.map(({ file, pairs }) => ({ file: basename(file), ...evaluateSimilarity(vectors, pairs) }));
      printResult(call.options, reports.length === 1 ? reports[0] : { sets: reports }, () => tableOf(reports));
      return 0;
    });
  },
};

function tableOf(reports: readonly (SimilarityReport & { file: string })[]): string {
  const rows = reports.map(({ file, spearman, covered, total }) => [
    file,
    spearman.toFixed(4),
    `${covered}`,
    `${total}`,
  ]);
  return columns([['ratings', 'Spearman', 'covered', 'total'], ...rows]);
}
