import type { Source } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { ModelFiles, OnBytes } from './files.js';

/**
 * The same files with errors that name a file which ends early, and with progress for all of them: where the bytes do
 * not come over a network, they count when they are read.
 */
export function watchedFiles(files: ModelFiles): ModelFiles {
  return {
    ...files,
    text: (name, options) => files.text(name, options),
    bytes: async (name, { onBytes, ...options }) => {
      let isReported = false;
      const report: OnBytes = (...progress) => {
        isReported = true;
        onBytes?.(...progress);
      };
      const source = await files.bytes(name, { ...options, onBytes: report });
      const onRead = (furthest: number, size: number) => {
        if (!isReported) onBytes?.(name, furthest, size);
      };
      return source && watchedSource(source, `${name} of ${files.origin}`, onRead);
    },
  };
}

/** A source whose error names it if it returns too few bytes. `onRead` gets the furthest byte that was read. */
function watchedSource(source: Source, label: string, onRead: (furthest: number, size: number) => void): Source {
  let furthest = 0;
  return {
    size: source.size,
    read: async (start, end, options) => {
      const bytes = await source.read(start, end, options);
      if (bytes.length < end - start) {
        const message = `${label} ended after ${start + bytes.length} of ${source.size} bytes`;
        throw new ResidualError('source', `loadModel: ${message}`);
      }
      if (end > furthest) {
        furthest = end;
        onRead(furthest, source.size);
      }
      return bytes;
    },
  };
}
