import { ResidualError } from '@residual/base';
import { trainValidationSplit } from '@residual/train';
import { expectSet, type Pictures, readPictures } from '../images/picture-sets.js';
import type { LabelledPicture } from '../images/split.js';

/** Coloured pictures of emoji, split by what they show. */
export interface EmojiSplit {
  readonly pictures: Pictures;
  readonly training: readonly LabelledPicture[];
  /** All pictures of the emoji that are held out, in every set. */
  readonly validation: readonly LabelledPicture[];
  /** The names of the sets that are used. */
  readonly sets: readonly string[];
}

/** Settings of `readEmoji`. */
export interface EmojiSettings {
  readonly files: readonly string[];
  /** The sets to use; all that are coloured if absent. */
  readonly sets?: readonly string[];
  /** The share of the emoji that is held out. */
  readonly validation: number;
  readonly seed: number;
}

/** Reads the coloured emoji of one file of pictures; a share of the emoji is held out in all sets. */
export async function readEmoji(
  caller: string,
  { files, sets: chosen, validation: share, seed }: EmojiSettings,
): Promise<EmojiSplit> {
  if (files.length !== 1)
    throw new ResidualError('files', `${caller}: ${files.length} files of pictures are given; it reads one`);
  const pictures = await readPictures(files[0]!);
  for (const name of chosen ?? []) expectSet(caller, pictures, files[0]!, name);
  const sets = pictures.sets.filter(
    ({ name, channels, concepts }) =>
      channels === 4 &&
      concepts.every(concept => pictures.concepts[concept]!.kind === 'emoji') &&
      (chosen?.includes(name) ?? true),
  );
  if (sets.length === 0)
    throw new ResidualError('data', `${caller}: ${files[0]} has no coloured pictures in ${chosen ?? 'any set'}`);
  const emoji = pictures.concepts.flatMap(({ kind }, i) => (kind === 'emoji' ? [i] : []));
  const split = trainValidationSplit(emoji, { share, seed });
  const validation = new Set(split.validation);
  const all = sets.flatMap(set => Array.from(set.concepts, (concept, index) => ({ set, index, concept })));
  return {
    pictures,
    training: all.filter(({ concept }) => !validation.has(concept)),
    validation: all.filter(({ concept }) => validation.has(concept)),
    sets: sets.map(({ name }) => name),
  };
}
