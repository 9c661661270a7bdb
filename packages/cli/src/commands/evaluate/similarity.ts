import { basename } from 'node:path';
import { ResidualError } from '@residual/base';
import type { SimilarityReport, WordVectors } from '@residual/word-vectors';
import { Option } from 'commander';
import type { NodeBackend } from '../../machine/backends.js';
import type { CommandCall, CommandDefinition } from '../../runtime/command.js';
import { type FormName, weightsOption, withModel } from '../../runtime/model.js';
import { inputFiles } from '../../runtime/option-values.js';
import { addBackendOption, addJsonOption } from '../../runtime/options.js';
import { type VectorOptions, vectorsHelp, withVectors } from '../../runtime/vectors.js';
import { columns } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { readText } from '../../text/files.js';

interface Options extends Partial<VectorOptions> {
  readonly model?: string;
  readonly weights?: FormName;
  readonly backend: NodeBackend;
  readonly json?: boolean;
}

/** `residual evaluate similarity`: the rank correlation of cosines with people's ratings of word pairs. */
export const evaluateSimilarityCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    const what = 'files of lines with two words and a rating, such as MEN, WordSim-353, SimLex-999';
    const model = new Option(
      '--model <source>',
      'embed the words with this model instead: a folder, URL or Hugging Face id',
    );
    const vectors = new Option('--vectors <source>', vectorsHelp).conflicts('model');
    addBackendOption(command.addOption(vectors).addOption(model)).addOption(weightsOption());
    return addJsonOption(command.argument('<ratings...>', what, inputFiles));
  },
  run: async call => {
    const { evaluateSimilarity, parseRatings } = await import('@residual/word-vectors');
    const [files] = call.args;
    const sets = await Promise.all(
      files.map(async file => ({ file, pairs: parseRatings(await readText('evaluate similarity', file)) })),
    );
    const words = [...new Set(sets.flatMap(({ pairs }) => pairs.flatMap(({ a, b }) => [a, b])))];
    return withRatedVectors(call, words, async vectors => {
      const reports = sets.map(({ file, pairs }) => ({ file: basename(file), ...evaluateSimilarity(vectors, pairs) }));
      printResult(call.options, reports.length === 1 ? reports[0] : { sets: reports }, () => tableOf(reports));
      return 0;
    });
  },
};

/** Runs `work` with the vectors that the options name, or with those that a model makes of the words. */
function withRatedVectors(
  { command, args, options }: CommandCall<Options, readonly [readonly string[]]>,
  words: readonly string[],
  work: (vectors: WordVectors) => Promise<number>,
): Promise<number> {
  const { model, vectors } = options;
  if (vectors !== undefined)
    return withVectors({ command, args, options: { vectors } }, ({ vectors: table }) => work(table));
  if (model === undefined)
    throw new ResidualError('option', 'evaluate similarity: name word vectors with --vectors or a model with --model');
  return withModel({ command, args, options: { ...options, model } }, async ({ model, signal, progress }) => {
    const { vectorTable } = await import('@residual/word-vectors');
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      progress.show(`embedded: ${done} of ${total} words`);
    const rows = await model.embedBatch(words, { batch: 64, signal, onProgress });
    progress.end();
    const { joined } = await import('@residual/layers');
    return work(vectorTable({ words, data: joined(Float32Array, rows) }));
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
