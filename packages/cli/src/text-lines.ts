import { createReadStream } from 'node:fs';
import { ResidualError } from '@residual/base';

/** The lines of UTF-8 files with their line ends, read on demand; `onRead` receives the size of each chunk in bytes. */
export async function* linesOf(files: readonly string[], onRead: (bytes: number) => void): AsyncGenerator<string> {
  for (const file of files) yield* linesOfFile(file, onRead);
}

async function* linesOfFile(file: string, onRead: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let partialLine = ''; // a line without its end so far
  let read = 0;
  const decoded = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new ResidualError('files', `${file} is not UTF-8 text, somewhere up to byte ${read}`);
    }
  };
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    read += chunk.length;
    onRead(chunk.length);
    const text = decoded(chunk);
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      yield partialLine + text.slice(from, end + 1);
      partialLine = '';
      from = end + 1;
    }
    partialLine += text.slice(from);
  }
  partialLine += decoded();
  if (partialLine !== '') yield partialLine;
}
