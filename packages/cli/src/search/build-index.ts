import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';
import type { CommandContext } from '../runtime/context.js';
import { readText } from '../text/files.js';
import type { IndexedFile, IndexedPassage, SearchIndex } from './index-file.js';

/** A text file on the disk. */
interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
}

/** The text files among these, and those inside folders, by their endings; hidden ones are left out. */
export async function textFilesIn(paths: readonly string[]): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  const visit = async (path: string, isNamed: boolean): Promise<void> => {
    const info = await stat(path);
    if (info.isDirectory()) {
      const names = (await readdir(path)).filter(name => !name.startsWith('.') && name !== 'node_modules');
      for (const name of names.sort()) await visit(join(path, name), false);
    } else if (isNamed || textEndings.test(path)) {
      found.set(path, { path, bytes: info.size, modified: Math.round(info.mtimeMs) });
    }
  };
  for (const path of paths) await visit(path, true);
  return [...found.values()];
}

const textEndings = /\.(txt|text|md|markdown|rst|adoc|org|tex|csv|tsv|html?)$/i;

/**
 * An index of these files: passages of files that have not changed keep their vectors, the others are embedded. Errors
 * if there is no text.
 */
export async function buildIndex(
  model: Model,
  name: string,
  files: readonly FoundFile[],
  {
    before,
    signal,
    progress,
  }: Pick<CommandContext, 'signal' | 'progress'> & { readonly before?: SearchIndex | undefined },
): Promise<{ readonly index: SearchIndex; readonly embedded: number }> {
  const { splitPassages } = await import('@residual/model');
  const { tokenizer } = model;
  if (!tokenizer) throw new ResidualError('prompt', 'search: this model has no tokenizer');
  const prompt = promptOf(model, ['passage', 'document']);
  const known = knownVectors(before?.model === name ? before : undefined);
  const indexed: IndexedFile[] = [];
  const rows: Float32Array[] = [];
  let embedded = 0;
  for (const [i, file] of files.entries()) {
    const old = known.get(file.path);
    if (old && old.file.bytes === file.bytes && old.file.modified === file.modified) {
      indexed.push(old.file);
      rows.push(...old.rows);
      continue;
    }
    const text = (await readText('search', file.path)).replaceAll('\r\n', '\n');
    const passages = splitPassages(text, { tokenizer }).map(({ text: own, start }): IndexedPassage => {
      return { text: own, line: text.slice(0, start).split('\n').length };
    });
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      progress.show(`index: file ${i + 1} of ${files.length}, ${done} of ${total} passages`);
    if (passages.length > 0)
      rows.push(
        ...(await model.embedBatch(
          passages.map(passage => passage.text),
          { ...prompt, signal, onProgress },
        )),
      );
    embedded += passages.length;
    indexed.push({ ...file, passages });
  }
  progress.end();
  if (rows.length === 0) throw new ResidualError('files', 'search: there is no text in these files');
  const { joined } = await import('@residual/layers');
  return { index: { model: name, files: indexed, vectors: joined(Float32Array, rows) }, embedded };
}

/** The files of an index by path, with the vectors of their passages. */
function knownVectors(index: SearchIndex | undefined) {
  const known = new Map<string, { readonly file: IndexedFile; readonly rows: readonly Float32Array[] }>();
  if (!index) return known;
  const count = index.files.reduce((sum, { passages }) => sum + passages.length, 0);
  const dims = count === 0 ? 0 : index.vectors.length / count;
  let row = 0;
  for (const file of index.files) {
    const rows = file.passages.map((_, i) => index.vectors.subarray((row + i) * dims, (row + i + 1) * dims));
    known.set(file.path, { file, rows });
    row += file.passages.length;
  }
  return known;
}

/** The first of these texts of the checkpoint that it has, as an option of `embed`. */
export function promptOf({ embeddingPrompts }: Model, names: readonly string[]): { readonly prompt?: string } {
  const name = names.find(each => embeddingPrompts.includes(each));
  return name === undefined ? {} : { prompt: name };
}
