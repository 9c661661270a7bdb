import { fstatSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { ResidualError } from '@residual/base';

/** Where lines come from: a text, a file, or else standard input. */
export interface LineSource {
  readonly text?: string | undefined;
  readonly file?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Chunks of text as they are read, UTF-8; a text ends with a line end. Errors, naming `command`, where the file cannot be read; an abort ends the reading. */
export async function* chunksFrom(command: string, { text, file, signal }: LineSource): AsyncGenerator<string> {
  if (text !== undefined) return yield text.endsWith('\n') ? text : `${text}\n`;
  const name = file ?? 'standard input';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let read = 0;
  try {
    const stream = file === undefined ? process.stdin : (await open(file)).createReadStream();
    if (signal) addAbortSignal(signal, stream);
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      read += bytes.length;
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

/** Lines in groups of `size`, the last one of what is left. Line ends are `\n` or `\r\n`; what follows the last one is a line where it is not empty. */
export async function* lineGroups(chunks: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let group: string[] = [];
  let rest = '';
  for await (const chunk of chunks) {
    const lines = chunk.split('\n');
    lines[0] = rest + lines[0]; // what has no end yet is not looked through again
    rest = lines.pop()!;
    for (const line of lines) {
      group.push(line.replace(/\r$/, ''));
      if (group.length < size) continue;
      yield group;
      group = [];
    }
  }
  if (rest !== '') group.push(rest);
  if (group.length > 0) yield group;
}

/** The whole of standard input, UTF-8. Errors name `command`. */
export async function inputText(command: string): Promise<string> {
  let text = '';
  for await (const chunk of chunksFrom(command, {})) text += chunk;
  return text;
}

/** Whether standard input is a pipe, a socket or a file, so that something comes on it; a terminal and `/dev/null` are none of these. */
export function isPiped(): boolean {
  if (process.stdin.isTTY) return false;
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket() || input.isFile();
  } catch {
    return false; // it was closed
  } finally {
    // Node's realpathSync looks at the kind of the file that was asked for last, and stops early at a pipe: modules behind links would be loaded twice.
    statSync(process.execPath, { throwIfNoEntry: false });
  }
}
