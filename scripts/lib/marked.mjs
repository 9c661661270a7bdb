import { readFileSync, writeFileSync } from 'node:fs';

/** Writes a text between two marks of a file, which stay. Errors if the file lacks one. */
export function writeBetween(path, { begin, end }, text) {
  const before = readFileSync(path, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`${path} lacks ${begin} or ${end}`);
  writeFileSync(path, before.slice(0, from + begin.length) + text + before.slice(to));
}
