import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SimilarityReport } from '@residual/word-vectors';
import { Command } from 'commander';
import { columns, print } from '../output.js';
import { withVectors, withVectorsOption } from './with-vectors.js';

/** `residual evaluate similarity`: the rank correlation of cosines with people's ratings of word pairs. */
export function evaluateSimilarityCommand(exit: (code: number) => void): Command {
  return withVectorsOption(new Command('similarity'))
    .argument('<ratings...>', 'files of lines with two words and a rating, such as MEN, WordSim-353, SimLex-999')
    .option('--json', 'print one object instead of a table')
    .action(async (files: string[], { vectors: source, json }: { vectors: string; json?: boolean }) => {
      const { evaluateSimilarity, parseRatings } = await import('@residual/word-vectors');
      const sets = await Promise.all(files.map(async file => parseRatings(await readFile(file, 'utf8'))));
      const code = await withVectors(source, ({ vectors }) => {
        const reports = sets.map((pairs, i) => ({ file: basename(files[i]!), ...evaluateSimilarity(vectors, pairs) }));
        print(json ? JSON.stringify(reports.length === 1 ? reports[0] : { sets: reports }) : tableOf(reports));
        return 0;
      });
      exit(code);
    });
}

function tableOf(reports: readonly (SimilarityReport & { file: string })[]): string {
  const rows = reports.map(({ file, spearman, covered, total }) => [
    file,
    spearman.toFixed(4),
    `${covered}`,
    `${total}`,
  ]);
  return columns([['ratings', 'Spearman', 'covered', 'total'], ...rows]);
}
