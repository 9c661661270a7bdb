import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinBlocks } from './modules.js';

/** The content of a package's README: the packages to install, and code that runs. */
export interface Readme {
  /** The packages of its first `npm i` line, with the version if one is named. */
  install: Map<string, string | undefined>;
  /** Its code, joined to modules. */
  modules: { code: string; inBrowser: boolean }[];
}

const fence = /^```(\w+)([^\n]*)\n([\s\S]*?)^```/gm;

/** `@scope/name@1.2.3` as name and version. */
const nameAndVersion = (text: string): [string, string | undefined] => {
  const at = text.indexOf('@', 1);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};

/** Reads a README; undefined if there is none. Blocks marked `ts browser` run in a page, other `ts` blocks in Node. */
export const readReadme = (folder: string): Readme | undefined => {
  const path = join(folder, 'README.md');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  const [, names = ''] = /^npm (?:i|install) (.+)$/m.exec(text) ?? [];
  const blocks = [...text.matchAll(fence)].filter(([, language]) => language === 'ts');
  const modules = [false, true].flatMap(inBrowser => {
    const chosen = blocks.filter(([, , mark = '']) => (mark.trim() === 'browser') === inBrowser);
    return joinBlocks(chosen.map(([, , , code = '']) => code)).map(code => ({ code, inBrowser }));
  });
  const install = names.split(/\s+/).filter(name => name !== '' && !name.startsWith('-'));
  return { install: new Map(install.map(nameAndVersion)), modules };
};
