import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../runtime/model.js';
import { inputPaths, outputFile, positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { buildIndex, promptOf, textFilesIn } from '../search/build-index.js';
import { readIndex, type SearchIndex, writeIndex } from '../search/index-file.js';
import { print, printJson, printNote } from '../terminal/output.js';

interface Options extends ModelOptions {
  readonly query: string;
  readonly index: string;
  readonly top: number;
  readonly json?: boolean;
}

/** `residual search`: the passages of text files that are nearest to a question in meaning. */
export const searchCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addModelOptions(command, 'a model that embeds sentences')
      .argument('<files...>', 'text files, and folders with text files', inputPaths)
      .requiredOption('--query <text>', 'what is looked for')
      .option('--index <file>', 'where the vectors of the passages are kept', outputFile, '.residual-search')
      .option('--top <n>', 'how many passages are shown', positiveWholeNumber, 5);
    return addJsonOption(command, 'print one JSON object for each passage');
  },
  run: call => withModel(call, context => search(call.args[0], call.options, context)),
};

async function search(
  paths: readonly string[],
  { query, index: path, top, json, model: name, weights }: Options,
  context: ModelContext,
) {
  const { nearest, vectorTable } = await import('@residual/word-vectors');
  const { model, signal } = context;
  const before = existsSync(path) ? await readIndex(path) : undefined;
  const made = `${existsSync(name) ? resolve(name) : name} ${weights ?? ''}`;
  const files = await textFilesIn(paths);
  const { index, embedded } = await buildIndex(model, made, files, { ...context, before });
  if (embedded > 0 || before?.files.length !== index.files.length) await writeIndex(path, index);
  if (embedded > 0 && !json)
    printNote(`${path}: ${embedded} new passages embedded, ${passagesOf(index).length} in all`);
  const passages = passagesOf(index);
  const table = vectorTable({ words: passages.map((_, i) => `${i}`), data: index.vectors });
  const vector = await model.embed(query, { ...promptOf(model, ['query']), signal });
  for (const { word, similarity: score } of nearest(table, vector, { topN: Math.min(top, passages.length) })) {
    const { file, line, text } = passages[Number(word)]!;
    if (json) printJson({ file, line, score, text });
    else print(`${score.toFixed(4)}  ${file}:${line}\n        ${text.replace(/\s+/g, ' ')}`);
  }
  return 0;
}

function passagesOf({ files }: SearchIndex) {
  return files.flatMap(({ path, passages }) => passages.map(passage => ({ file: path, ...passage })));
}
