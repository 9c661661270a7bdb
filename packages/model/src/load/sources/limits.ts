import { ResidualError } from '@residual/tensor';

/** The most bytes that are read of a text at once, by its name; what is larger is no such file. */
const limits: Readonly<Record<string, number>> = {
  'config.json': 2 ** 22,
  'generation_config.json': 2 ** 22,
  'adapter_config.json': 2 ** 22,
  'tokenizer_config.json': 2 ** 25,
  'model.safetensors.index.json': 2 ** 26,
};

/** The most bytes of every other text, vocabularies among them. */
const defaultMaxBytes = 2 ** 28;

/** How many bytes a text of this name may have. */
export function limitOf(name: string): number {
  return Object.hasOwn(limits, name) ? limits[name]! : defaultMaxBytes;
}

/** The most bytes of the list of a repository: some 14,000 files. */
export const maxListingBytes = 2 ** 22;

/** Throws where a text is larger than any of its name should be. */
export function expectSmall(origin: string, name: string, bytes: number, maxBytes = limitOf(name)): void {
  if (bytes <= maxBytes) return;
  throw new ResidualError(
    'files',
    `loadModel: ${name} of ${origin} has ${bytes} bytes or more; at most ${maxBytes} are read`,
  );
}

/** The bytes of a body, at most `most`: as many as a text of this name may have if absent. Errors when it breaks off. */
export async function readSmall(
  origin: string,
  name: string,
  body: ReadableStream<Uint8Array>,
  { maxBytes: most = limitOf(name), signal }: { maxBytes?: number; signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      expectSmall(origin, name, size, most);
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
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
