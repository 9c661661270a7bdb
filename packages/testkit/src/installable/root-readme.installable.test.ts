import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { importsOf, packageOf } from '../repository/imports.js';
import { root } from '../repository/workspace.js';
import { installInto } from './consumer.js';
import { runCode } from './in-node.js';
import { typeErrors } from './types.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll('\r\n', '\n');
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
const folder = () => join(inject('temporaryFolder'), 'root-readme');
const fileOf = (index: number) => join(folder(), `block-${index + 1}.ts`);

beforeAll(() => {
  mkdirSync(folder());
  for (const [index, code] of blocks.entries()) writeFileSync(fileOf(index), `${code}\nexport {};\n`);
  const names = blocks.flatMap((_, index) => importsOf(fileOf(index)).flatMap(name => packageOf(name) ?? []));
  installInto(folder(), names, inject('temporaryFolder'));
});

test('each block of the root README type-checks, runs and logs what its comments say', async () => {
  expect(blocks).toHaveLength(3);
  const [, beginning = '', lines = ''] = /^It writes: \*(.*?)\*([^*]*?) \.\.\.$/m.exec(readme)!;
  const continuation = lines.replaceAll('\n', ' ');
  expect(continuation.length).toBeGreaterThan(50);
  const stories: string[] = [];
  for (const [index, code] of blocks.entries()) {
    expect(typeErrors([fileOf(index)], 'bundler')).toEqual([]);
    const { code: exit, output } = await runCode(folder(), `block-${index + 1}`, code);
    expect({ exit, output }).toEqual({ exit: 0, output: expect.not.stringContaining('README says') });
    if (code.includes(`generate('${beginning}'`)) stories.push(output.slice(0, continuation.length));
  }
  expect(stories, 'the story that the README shows').toEqual([continuation]);
});
