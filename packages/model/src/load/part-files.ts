import type { ModelFiles } from './sources/files.js';

/** The files in a folder of a source, as a source of their own. */
export function filesInFolder(files: ModelFiles, folder: string): ModelFiles {
  const { list } = files;
  return {
    origin: `${folder} of ${files.origin}`,
    text: (name, options) => files.text(`${folder}/${name}`, options),
    bytes: (name, options) => files.bytes(`${folder}/${name}`, options),
    ...(list && { list: (inner, options) => list(`${folder}/${inner}`, options) }),
  };
}
