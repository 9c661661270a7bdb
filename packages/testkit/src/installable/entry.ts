import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Project } from '../repository/workspace.js';
import { type Consumer, type EntryPoint, entriesOf } from './consumer.js';
import type { PageResult } from './page.js';

/** Imports of modules as `part0`, `part1` and so on. */
export const numberedImports = (specifiers: string[]): string =>
  specifiers.map((specifier, index) => `import * as part${index} from '${specifier}';`).join('\n');

/** A backend is one import; a matrix product shows that it works. */
const product = (backend: string) => `
import { matMul, tensor, useBackend } from '@residual/tensor';
await useBackend('${backend}');
const left = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
const product = [...(await matMul(left, left, { transposeB: true }).data())];`;

/** The result of a page: the names that each entry point exports, and for a backend a computed product. */
interface LoadedExports {
  names: string[][];
  product?: number[];
}

/** The product that a backend computes: x xᵀ of [[1, 2, 3], [4, 5, 6]]. */
const expectedProduct = [14, 32, 32, 77];

/** Fails unless the page of an entry loaded, each entry point exports something, and a backend computed the product. */
export const expectLoaded = (project: Project, { result, errors }: PageResult): void => {
  expect(errors).toEqual([]);
  const { names, product } = result as LoadedExports;
  if (product !== undefined) expect(product).toEqual(expectedProduct);
  else if (!project.name.startsWith('backend-'))
    expect(
      names.every(list => list.length > 0),
      'exports',
    ).toBe(true);
};

const inBrowser = (entries: EntryPoint[]) => entries.filter(entry => entry.inBrowser).map(({ specifier }) => specifier);

/** The script of a page that imports all of a package that runs in a browser. */
export const pageEntry = (project: Project): string => {
  const specifiers = inBrowser(entriesOf(project));
  const names = `[${specifiers.map((_, index) => `Object.keys(part${index})`).join(', ')}]`;
  const backend = /^backend-(cpu|wasm|webgl)$/.exec(project.name)?.[1];
  return `${numberedImports(specifiers)}${backend ? product(backend) : ''}
globalThis.result = { names: ${names}${backend ? ', product' : ''} };\n`;
};

/**
 * Writes `entry.js`, which imports everything that runs in a browser, and `entry.ts` and `entry-node.ts`, which import
 * types.
 */
export const writeEntries = ({ folder, project, entries }: Consumer): void => {
  const importing = (specifiers: string[]) =>
    `${numberedImports(specifiers)}\nexport default [${specifiers.map((_, index) => `part${index}`)}];\n`;
  writeFileSync(join(folder, 'entry.js'), pageEntry(project));
  writeFileSync(join(folder, 'entry.ts'), importing(inBrowser(entries)));
  writeFileSync(join(folder, 'entry-node.ts'), importing(entries.map(({ specifier }) => specifier)));
};
