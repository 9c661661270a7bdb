import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ResidualError } from '@residual/base';
import { type ConvertedCheckpoint, type ConvertOptions, convertCheckpoint } from '@residual/model';
import type { CommandContext } from '../runtime/context.js';
import { megabytes } from '../terminal/format.js';
import { print, printNote } from '../terminal/output.js';

/** What is converted, and where to. */
export interface Conversion {
  /** The name of the command in errors. */
  readonly caller: string;
  readonly source: string;
  readonly out: string;
  /** Errors if the forms, each of which has been asked for, do not fit; nothing is written yet. */
  readonly check?: () => void;
}

/**
 * Converts a checkpoint into a new folder and prints its forms and its size. An error or Ctrl-C leaves no file behind.
 * Returns the exit code.
 */
export async function writeConverted(
  { caller, source, out, check }: Conversion,
  forms: Pick<ConvertOptions, 'weights' | 'head' | 'maxFileBytes'>,
  { progress, signal }: CommandContext,
): Promise<number> {
  await expectEmpty(caller, out);
  const checkpoint = await convertCheckpoint(source, { ...forms, onProgress: progress.loading, signal });
  check?.();
  const isNew = (await mkdir(out, { recursive: true })) !== undefined;
  try {
    const bytes = await writeFiles(out, checkpoint);
    progress.end();
    const byCount = Object.entries(checkpoint.tensorsByForm).sort(([, a], [, b]) => b - a);
    const counts = byCount.map(([form, count]) => `${count} ${form}`);
    print(`${out}: ${counts.join(', ')} tensors, ${megabytes(bytes)}`);
    for (const [name, reason] of checkpoint.omitted) printNote(`without ${name}: ${reason}`);
    return 0;
  } catch (error) {
    for (const name of checkpoint.weights.keys()) {
      await rm(join(out, name), { force: true });
      await rm(join(out, `${name}.new`), { force: true });
    }
    for (const name of checkpoint.files.keys()) await rm(join(out, name), { force: true });
    if (isNew) await rm(out, { recursive: true, force: true });
    throw error;
  }
}

/** Throws if a folder holds something, or if it is a file. */
async function expectEmpty(caller: string, folder: string): Promise<void> {
  const [first] = await readdir(folder).catch(({ code }: NodeJS.ErrnoException) => {
    if (code === 'ENOENT') return [];
    throw new ResidualError('files', `${caller}: ${folder} is not a folder; choose one that is new or empty`);
  });
  if (first === undefined) return;
  throw new ResidualError('files', `${caller}: ${folder} holds ${first} already; choose a folder that is new or empty`);
}

/** Writes the weights under temporary names, then the other files. Returns the bytes of the weights. */
async function writeFiles(folder: string, { files, weights }: ConvertedCheckpoint): Promise<number> {
  let bytes = 0;
  for (const [name, chunks] of weights) {
    const file = await open(join(folder, `${name}.new`), 'w');
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk);
        bytes += chunk.length;
      }
    } finally {
      await file.close();
    }
  }
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  for (const name of weights.keys()) await rename(join(folder, `${name}.new`), join(folder, name));
  return bytes;
}
