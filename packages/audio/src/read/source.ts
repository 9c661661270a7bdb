/** Bytes of which parts are read. */
export interface AudioSource {
  readonly size: number;
  /** The bytes from `start` to `end`; fewer at the end. */
  readonly read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory, or a file that is read part by part. */
export function audioSource(input: Uint8Array | ArrayBuffer | Blob): AudioSource {
  if (input instanceof Blob)
    return {
      size: input.size,
      read: async (start, end) => new Uint8Array(await input.slice(start, end).arrayBuffer()),
    };
  const bytes = input instanceof ArrayBuffer ? new Uint8Array(input) : input;
  return { size: bytes.length, read: async (start, end) => bytes.slice(start, end) };
}
