import type { Source } from '@residual/safetensors';

/** A source that reports the number of bytes read. */
export function withProgress(
  source: Source,
  onProgress: ((progress: { done: number; total: number }) => void) | undefined,
): Source {
  if (!onProgress) return source;
  let done = 0;
  return {
    size: source.size,
    read: async (start, end, options) => {
      const bytes = await source.read(start, end, options);
      done = Math.min(source.size, done + bytes.length);
      onProgress({ done, total: source.size });
      return bytes;
    },
  };
}
