import { createReadStream, fstatSync, statSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { ResidualError } from '@residual/base';

/** Where chunks of text come from: a text, a file, or else standard input. */
export interface TextSource {
  readonly text?: string | undefined;
  readonly file?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Keeps a byte order mark as a character. */
  readonly ignoreBOM?: boolean;
  /** Receives the size of each chunk in bytes. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Chunks of UTF-8 text as they are read; a text gets a line end. Errors name `command` and say why a file cannot be
 * read; an abort stops reading.
 */
export async function* chunksFrom(command: string, source: TextSource): AsyncGenerator<string> {
  const { text, file, signal, ignoreBOM = false, onRead } = source;
  if (text !== undefined) return yield text.endsWith('\n') ? text : `${text}\n`;
  const name = file ?? 'standard input';
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM });
  let read = 0;
  try {
    const stream = file === undefined ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
    if (signal) addAbortSignal(signal, stream);
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      read += bytes.length;
      onRead?.(bytes.length);
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    signal?.throwIfAborted();
    const isBroken = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    const why = isBroken
      ? `is not UTF-8 text, somewhere up to byte ${read}`
      : `cannot be read: ${(error as Error).message}`;
    throw new ResidualError('files', `${command}: ${name} ${why}`);
  }
}

/** All of a text source. Errors name `command`. */
export async function wholeText(command: string, source: TextSource): Promise<string> {
  let text = '';
  for await (const chunk of chunksFrom(command, source)) text += chunk;
  return text;
}

/** Whether standard input is a pipe, a socket or a file, and not a terminal or `/dev/null`. */
export function isPiped(): boolean {
  if (process.stdin.isTTY) return false;
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket() || input.isFile();
  } catch {
    return false; // it is closed
  } finally {
    // Node's realpathSync reads the kind of file from the last stat and stops early at a pipe. Modules behind links
    // would then be loaded twice, so the last stat must be one of a regular file.
    statSync(process.execPath, { throwIfNoEntry: false });
  }
}
