import { ResidualError } from '@residual/base';
import type { ReadOptions, Source } from '@residual/safetensors';
import { quote, refuse } from './errors.js';
import { type Gguf, openGguf } from './open.js';

/** The end of the name of a file of several: `-00001-of-00003.gguf`. */
const splitName = /-(\d{5})-of-(\d{5})\.gguf$/;

/** More files than any model has. */
const maxFiles = 4096;

/** Whether a name is that of one of several files of a model, such as `model-00001-of-00003.gguf`. */
export function isSplitName(name: string): boolean {
  return splitName.test(name);
}

/**
 * Opens a model in several files, as llama.cpp splits them, from the name of any of them. The metadata is that of the
 * first file. `open` returns the source of a name. Errors with code `format` if a file is not the announced one, or if
 * two have a tensor of one name.
 */
export async function openSplitGguf(
  name: string,
  open: (name: string) => Promise<Source>,
  options?: ReadOptions,
): Promise<Gguf> {
  const count = Number(splitName.exec(name)?.[2] ?? 0);
  if (!(count >= 1 && count <= maxFiles))
    throw new ResidualError('format', `openSplitGguf: ${quote(name)} is no name of 1 to ${maxFiles} files`);
  const digits = (index: number) => String(index).padStart(5, '0');
  const files: Gguf[] = [];
  const owners = new Map<string, Gguf>();
  for (let index = 0; index < count; index++) {
    const part = name.replace(splitName, `-${digits(index + 1)}-of-${digits(count)}.gguf`);
    const file = await openGguf(await open(part), options);
    expectPart(part, file, index, count);
    for (const tensor of file.tensors.keys()) {
      if (owners.has(tensor)) refuse(`the tensor ${quote(tensor)} is in two of ${count} files`);
      owners.set(tensor, file);
    }
    files.push(file);
  }
  const [first] = files as [Gguf, ...Gguf[]];
  const total = Number(first.metadata.get('split.tensors.count')?.value ?? owners.size);
  if (total !== owners.size) refuse(`the ${count} files have ${owners.size} tensors; split.tensors.count is ${total}`);
  const ownerOf = (tensor: string) => owners.get(tensor) ?? first; // `first` says that there is none
  return {
    version: first.version,
    metadata: first.metadata,
    tensors: new Map(files.flatMap(({ tensors }) => [...tensors])),
    read: (tensor, options) => ownerOf(tensor).read(tensor, options),
    readFloat32: (tensor, options) => ownerOf(tensor).readFloat32(tensor, options),
  };
}

/** Errors unless a file says that it is this one of several. */
function expectPart(name: string, { metadata }: Gguf, index: number, count: number): void {
  const [no, of] = ['split.no', 'split.count'].map(key => metadata.get(key)?.value);
  if (Number(no) !== index || Number(of) !== count)
    refuse(`${quote(name)} is file ${no} of ${of}; file ${index} of ${count} would fit`);
}
