import { extname } from 'node:path';

/** The greatest length of a line, as in biome.json. */
export const maxLength = 120;

/** Files that nobody writes by hand. */
const generated: readonly RegExp[] = [
  /^packages\/tokenizer\/src\/text\/generated\//, // tables of Unicode
  /^packages\/backend-wasm\/src\/generated\//, // WebAssembly as text
];

const checked = new Set(['.ts', '.mjs', '.cjs', '.js', '.css', '.html', '.md']);

/** Whether the lines of a file are checked; fixtures come from elsewhere. */
export const isChecked = (path: string): boolean =>
  checked.has(extname(path)) && !path.startsWith('fixtures/') && !generated.some(pattern => pattern.test(path));

/** Lines that stay whole, each kind with its reason. */
const exceptions: readonly ((line: string, path: string) => boolean)[] = [
  // A URL, a regular expression or data: a text without spaces has no place to break.
  line => /\S{80}/.test(line),
  // A row of a Markdown table is one line.
  (line, path) => path.endsWith('.md') && /^\s*\|/.test(line),
  // A test compares what a line of a README prints with the comment on the same line.
  (line, path) => path.endsWith('.md') && /^\s*console\.log\(.*\); \/\/ /.test(line),
  // A command to copy; a test installs the packages that it names.
  (line, path) => path.endsWith('.md') && line.startsWith('npm i '),
];

/** `path:line length` for each line of a file that is too long. */
export const longLines = (path: string, text: string): string[] =>
  text
    .split(/\r?\n/)
    .flatMap((line, i) =>
      line.length <= maxLength || exceptions.some(isException => isException(line, path))
        ? []
        : [`${path}:${i + 1} ${line.length}`],
    );
