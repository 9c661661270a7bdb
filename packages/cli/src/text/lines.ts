/** The lines of chunks of text with their line ends; the last one may have none. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let partialLine = ''; // an unfinished line is not split again
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      yield partialLine + chunk.slice(from, end + 1);
      partialLine = '';
      from = end + 1;
    }
    partialLine += chunk.slice(from);
  }
  if (partialLine !== '') yield partialLine;
}

/** Lines without their ends, `\n` or `\r\n`, in groups of `size`; the last group may be smaller. */
export async function* lineGroups(chunks: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let group: string[] = [];
  for await (const line of linesOf(chunks)) {
    group.push(withoutEnd(line));
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** A line or a text without the line end at its end. */
export function withoutEnd(line: string): string {
  if (line.endsWith('\r\n')) return line.slice(0, -2);
  return line.endsWith('\n') ? line.slice(0, -1) : line;
}
