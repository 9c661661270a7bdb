import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Consumer } from './consumer.js';

const numbered = (specifiers: string[]) =>
  specifiers.map((specifier, index) => `import * as part${index} from '${specifier}';`).join('\n');

/** A backend is one import; that it serves is shown by a product on it. */
const product = (backend: string) => `
import { matMul, tensor, useBackend } from '@residual/tensor';
await useBackend('${backend}');
const left = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
const product = [...(await matMul(left, left, { transposeB: true }).data())];`;

/** What the entry of a page gives: the names that each entry point exports, and of a backend a product that it computed. */
export interface Loaded {
  names: string[][];
  product?: number[];
}

/** The product that a backend computes: x xᵀ of [[1, 2, 3], [4, 5, 6]]. */
export const expectedProduct = [14, 32, 32, 77];

/** Writes `entry.js`, which imports all that runs in a browser, and `entry.ts`, which imports all types. */
export const writeEntries = ({ folder, project, entries }: Consumer): void => {
  const inBrowser = entries.filter(entry => entry.inBrowser).map(({ specifier }) => specifier);
  const names = `[${inBrowser.map((_, index) => `Object.keys(part${index})`).join(', ')}]`;
  const backend = /^backend-(cpu|wasm|webgl)$/.exec(project.name)?.[1];
  writeFileSync(
    join(folder, 'entry.js'),
    `${numbered(inBrowser)}${backend ? product(backend) : ''}
globalThis.result = { names: ${names}${backend ? ', product' : ''} };\n`,
  );
  const used = (count: number) => `export default [${Array.from({ length: count }, (_, index) => `part${index}`)}];\n`;
  writeFileSync(join(folder, 'entry.ts'), `${numbered(inBrowser)}\n${used(inBrowser.length)}`);
  const all = entries.map(({ specifier }) => specifier);
  writeFileSync(join(folder, 'entry-node.ts'), `${numbered(all)}\n${used(all.length)}`);
};
