import { ResidualError } from '@residual/tensor';

/** The most bytes of a text file, by its name; a larger file is refused. */
const limits: Readonly<Record<string, number>> = {
  'config.json': 2 ** 22,
  'generation_config.json': 2 ** 22,
  'adapter_config.json': 2 ** 22,
  'tokenizer_config.json': 2 ** 25,
  'model.safetensors.index.json': 2 ** 26,
};

/** The most bytes of all other text files, such as vocabularies. */
const defaultMaxBytes = 2 ** 28;

/** The most bytes of a text file of this name. */
export function limitOf(name: string): number {
  return Object.hasOwn(limits, name) ? limits[name]! : defaultMaxBytes;
}

/** The most bytes of the listing of a repository, enough for about 14,000 files. */
export const maxListingBytes = 2 ** 22;

/** Throws if a text file is larger than its limit. */
export function expectSmall(origin: string, name: string, bytes: number, maxBytes = limitOf(name)): void {
  if (bytes <= maxBytes) return;
  throw new ResidualError(
    'files',
    `loadModel: ${name} of ${origin} has ${bytes} bytes or more; at most ${maxBytes} are read`,
  );
}

/** Reads a body of at most `maxBytes`, default the limit of the name. Throws if it is larger or breaks off. */
export async function readSmall(
  origin: string,
  name: string,
  body: ReadableStream<Uint8Array>,
  { maxBytes = limitOf(name), signal }: { maxBytes?: number; signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      expectSmall(origin, name, size, maxBytes);
      parts.push(part.value);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (ResidualError.is(cause)) throw cause;
    const reason = (cause as Error).message;
    throw new ResidualError('files', `loadModel: ${name} of ${origin} ended after ${size} bytes: ${reason}`, { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
