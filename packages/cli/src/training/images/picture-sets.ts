import { ResidualError } from '@residual/base';
import { openSafetensors, type Safetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { isObject } from '../../text/files.js';

/** What pictures show. */
export interface Concept {
  /** What draws it: 'emoji' and 'icon', in many sets, or 'drawing', in one drawing after another. */
  readonly kind: 'emoji' | 'drawing' | 'icon';
  readonly name: string;
  /** What it is called; the first is its label. */
  readonly texts: readonly string[];
}

/** Pictures of one style. */
export interface PictureSet {
  readonly name: string;
  /** 4 for premultiplied RGBA, 1 for ink. */
  readonly channels: 1 | 4;
  /** [pictures, size, size, channels]. */
  readonly pixels: Uint8Array;
  /** The concept of each picture. */
  readonly concepts: Int32Array;
}

/** Pictures in sets, all of one size. */
export interface Pictures {
  readonly size: number;
  readonly concepts: readonly Concept[];
  readonly sets: readonly PictureSet[];
}

/**
 * Reads a file of pictures: a safetensors file with `SET.pixels` U8 [pictures, size, size, 4] or [pictures, size, size]
 * and `SET.concepts` I32 [pictures] of each set, and the concepts as JSON in its metadata. Errors name the file and
 * what does not fit.
 */
export async function readPictures(path: string): Promise<Pictures> {
  const file = await openSafetensors(await fileSource(path));
  const refuse = (what: string): never => {
    throw new ResidualError('data', `train: ${path} ${what}`);
  };
  const concepts = conceptsOf(file.metadata.concepts, refuse);
  const names = [...file.tensors.keys()].filter(name => name.endsWith('.pixels')).map(name => name.slice(0, -7));
  if (names.length === 0) refuse('holds no set of pictures, such as noto.pixels');
  const size = file.tensors.get(`${names[0]}.pixels`)!.shape[1] ?? 0;
  const sets: PictureSet[] = [];
  for (const name of names) sets.push(await readSet(file, { name, size, concepts: concepts.length }, refuse));
  return { size, concepts, sets };
}

/** Throws unless the pictures of a file have a set of this name; names those that it has. */
export function expectSet(caller: string, { sets }: Pictures, path: string, name: string): void {
  const names = sets.map(set => set.name);
  if (!names.includes(name))
    throw new ResidualError('data', `${caller}: ${path} has no set ${name}; it has ${names.join(', ')}`);
}

function conceptsOf(text: string | undefined, refuse: (what: string) => never): readonly Concept[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? 'null');
  } catch {
    return refuse('has concepts in its metadata that are not JSON');
  }
  if (!Array.isArray(parsed) || parsed.length === 0) return refuse('has no list of concepts in its metadata');
  const bad = parsed.findIndex(concept => !isConcept(concept));
  return bad < 0
    ? parsed
    : refuse(`has a concept ${bad} that is not { kind, name, texts }: ${JSON.stringify(parsed[bad])}`);
}

function isConcept(value: unknown): value is Concept {
  if (!isObject(value)) return false;
  const { kind, name, texts } = value;
  const isText = (text: unknown) => typeof text === 'string' && text.length > 0;
  return (
    (kind === 'emoji' || kind === 'drawing' || kind === 'icon') &&
    isText(name) &&
    Array.isArray(texts) &&
    texts.length > 0 &&
    texts.every(isText)
  );
}

interface ExpectedSet {
  readonly name: string;
  readonly size: number;
  /** The number of concepts. */
  readonly concepts: number;
}

async function readSet(
  file: Safetensors,
  { name, size, concepts: count }: ExpectedSet,
  refuse: (what: string) => never,
): Promise<PictureSet> {
  const [pixels, concepts] = [`${name}.pixels`, `${name}.concepts`].map(each => file.tensors.get(each));
  const shape = pixels?.shape ?? [];
  const [pictures = 0, height, width, channels = 1] = shape;
  const isPictures =
    pixels?.dtype === 'U8' && (shape.length === 3 || shape.length === 4) && (channels === 1 || channels === 4);
  if (!isPictures || height !== size || width !== size)
    refuse(
      `holds ${name}.pixels as ${pixels?.dtype} [${shape}]; U8 [pictures, ${size}, ${size}] or [..., 4] would fit`,
    );
  if (concepts?.dtype !== 'I32' || String(concepts.shape) !== String([pictures]))
    refuse(`holds ${name}.concepts as ${concepts?.dtype} [${concepts?.shape}]; I32 [${pictures}] would fit`);
  const indices = (await file.read(`${name}.concepts`)).data as Int32Array;
  const bad = indices.find(index => !(index >= 0 && index < count));
  if (bad !== undefined) refuse(`has the concept ${bad} in ${name}.concepts; there are ${count}`);
  const data = (await file.read(`${name}.pixels`)).data as Uint8Array;
  return { name, channels: channels as 1 | 4, pixels: data, concepts: indices };
}
