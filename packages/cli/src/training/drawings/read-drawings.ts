import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import { trainValidationSplit } from '@residual/train';
import { type QuickDrawEntry, readQuickDraw, type StrokeTokenizer } from '@residual/vision';

/** Drawings to train on and to validate with. */
export interface DrawingSplit {
  readonly training: readonly QuickDrawEntry[];
  readonly validation: readonly QuickDrawEntry[];
  /** The words of all of them, sorted. */
  readonly categories: readonly string[];
  /** How many drawings were left out: not recognised by the game, or longer than the longest. */
  readonly leftOut: number;
}

/** Settings of `readDrawings`. */
export interface ReadDrawingsSettings {
  readonly files: readonly string[];
  /** The most tokens of a drawing. */
  readonly length: number;
  readonly validation: number;
  readonly validationFile?: string;
  readonly seed: number;
}

/** Reads the drawings that the game recognised and that are not too long, and splits them. */
export async function readDrawings(
  { files, length, validation: share, validationFile, seed }: ReadDrawingsSettings,
  strokes: StrokeTokenizer,
): Promise<DrawingSplit> {
  let leftOut = 0;
  const usableIn = async (paths: readonly string[]) => {
    const usable: QuickDrawEntry[] = [];
    for (const path of paths)
      for (const entry of await entriesIn(path))
        if (entry.recognized && strokes.encode(entry.drawing).length <= length) usable.push(entry);
        else leftOut++;
    return usable;
  };
  const entries = await usableIn(files);
  if (entries.length < 2)
    throw new ResidualError(
      'data',
      `train drawings: ${entries.length} drawings of ${entries.length + leftOut} are recognised and have ${length} ` +
        'tokens at most; 2 or more are needed',
    );
  const { training, validation } =
    validationFile === undefined
      ? trainValidationSplit(entries, { share, seed })
      : { training: entries, validation: await usableIn([validationFile]) };
  const categories = [...new Set([...training, ...validation].map(({ word }) => word))].sort();
  return { training, validation, categories, leftOut };
}

/** The drawings of one file. Errors name it. */
export async function entriesIn(path: string): Promise<QuickDrawEntry[]> {
  const bytes = await readFile(path);
  try {
    return [...readQuickDraw(bytes)];
  } catch (cause) {
    if (!ResidualError.is(cause)) throw cause;
    throw new ResidualError('data', `${path}: ${cause.message}`, { cause });
  }
}
