import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { ImageInput } from '@residual/model';
import { readImage } from '@residual/vision';
import type { Command } from 'commander';
import { inputFiles } from './option-values.js';

/** How many pictures are read and decoded at a time. */
const filesAtOnce = 32;

/** Adds the files of pictures as arguments of a command. */
export function addImageFiles(command: Command): Command {
  return command.argument('<file...>', 'PNG or JPEG files', inputFiles);
}

/** The pictures of files, some at a time. Errors name the file. */
export async function* imagesOf(
  files: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly (readonly [file: string, image: ImageInput])[]> {
  for (let from = 0; from < files.length; from += filesAtOnce) {
    const images: (readonly [string, ImageInput])[] = [];
    for (const file of files.slice(from, from + filesAtOnce)) images.push([file, await imageOf(file, signal)]);
    yield images;
  }
}

async function imageOf(file: string, signal: AbortSignal): Promise<ImageInput> {
  try {
    return await readImage(await readFile(file, { signal }));
  } catch (cause) {
    if (!ResidualError.is(cause)) throw cause;
    throw new ResidualError(cause.code, `${file}: ${cause.message}`, { cause });
  }
}
