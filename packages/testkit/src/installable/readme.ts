import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a package's README promises: what to install, and code that runs. */
export interface Readme {
  /** The packages of its first `npm i` line, with the version where one is named. */
  install: Map<string, string | undefined>;
  /** Its code as modules: a block that imports begins a new one, the others continue it. */
  modules: { code: string; inBrowser: boolean }[];
}

const fence = /^```(\w+)([^\n]*)\n([\s\S]*?)^```/gm;

/** `@scope/name@1.2.3` as name and version. */
const nameAndVersion = (text: string): [string, string | undefined] => {
  const at = text.indexOf('@', 1);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};

/** Reads a README; undefined where there is none. Blocks marked `ts browser` run in a page, other `ts` blocks in Node. */
export const readReadme = (folder: string): Readme | undefined => {
  const path = join(folder, 'README.md');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  const [, names = ''] = /^npm (?:i|install) (.+)$/m.exec(text) ?? [];
  const modules: Readme['modules'] = [];
  for (const [, language, mark = '', code = ''] of text.matchAll(fence)) {
    if (language !== 'ts') continue;
    const inBrowser = mark.trim() === 'browser';
    const last = modules.at(-1);
    if (last && last.inBrowser === inBrowser && !/^import\s/m.test(code)) last.code += `\n${code}`;
    else modules.push({ code, inBrowser });
  }
  const install = names.split(/\s+/).filter(name => name !== '' && !name.startsWith('-'));
  return { install: new Map(install.map(nameAndVersion)), modules };
};
