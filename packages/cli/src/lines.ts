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

/**
 * Chunks of UTF-8 text as they are read; a text gets a line end. Errors name `command` and say why a file cannot be
 * read; an abort stops reading.
 */
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

/**
 * Lines in groups of `size`; the last group may be smaller. Line ends are `\n` or `\r\n`; a last line without an end
 * counts unless it is empty.
 */
export async function* lineGroups(chunks: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let group: string[] = [];
  let rest = '';
  for await (const chunk of chunks) {
    const lines = chunk.split('\n');
    lines[0] = rest + lines[0]; // an unfinished line is not split again
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

/** All of standard input, UTF-8. Errors name `command`. */
export async function inputText(command: string): Promise<string> {
  let text = '';
  for await (const chunk of chunksFrom(command, {})) text += chunk;
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
