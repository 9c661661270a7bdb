import { bytesSource } from '@residual/safetensors';
import { repositoryFile } from '@residual/testkit';
import type { ModelFiles } from '../load/sources/files.js';

/** The files of repository folders; of several folders the first that has the file. */
export const fixtureFiles = (...folders: readonly string[]): ModelFiles => {
  const read = async (name: string) => {
    for (const folder of folders) {
      const bytes = await repositoryFile(`${folder}/${name}`).catch(() => undefined);
      if (bytes) return bytes;
    }
    return undefined;
  };
  return {
    origin: folders.join(' and '),
    text: async name => {
      const bytes = await read(name);
      return bytes && new TextDecoder().decode(bytes);
    },
    bytes: async name => {
      const bytes = await read(name);
      return bytes && bytesSource(bytes);
    },
  };
};
