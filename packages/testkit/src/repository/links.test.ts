import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { brokenLinks, linksOf } from './links.js';
import { apps, packages, relativePath, root } from './workspace.js';

const texts = [
  ...['README.md', 'CONTRIBUTING.md', 'THIRD_PARTY_NOTICES.md'].map(name => join(root, name)),
  ...[...packages(), ...apps()].map(({ folder }) => join(folder, 'README.md')),
].filter(existsSync);

test('all links of Markdown files are valid', () => {
  const wrong = texts.flatMap(path =>
    brokenLinks(readFileSync(path, 'utf8'), target => existsSync(join(dirname(path), target))).map(
      link => `${relativePath(path)} links to ${link}`,
    ),
  );
  expect(wrong).toEqual([]);
});

test('links of all forms are found, and broken ones reported', () => {
  const markdown = `# What there is
[a](example/a.ts) [b](#what-there-is) [c](<https://example.org/x>) <https://example.org> <img src="b.png">
[d](../d.md) [e](#nowhere) [f](https://www.npmjs.com/package/@residual/none) [g](/root.md)
[h](https://github.com/residual-js/residual/tree/main/packages/tensor)
[i](https://github.com/residual-js/residual/blob/main/packages/none/README.md)
\`[code](no-link)\`
\`\`\`
[code](no-link)
\`\`\`
`;
  expect(linksOf(markdown)).toHaveLength(11);
  expect(brokenLinks(markdown, path => ['example/a.ts', 'b.png'].includes(path))).toEqual([
    '../d.md',
    '#nowhere',
    'https://www.npmjs.com/package/@residual/none',
    '/root.md',
    'https://github.com/residual-js/residual/blob/main/packages/none/README.md',
  ]);
});

test('README begins with commands that exist, then what to install, which is enough for the model that it loads', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [commands, install] = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const lines = commands!.trim().split('\n');
  const run = lines.map(line => /^npm (?:run )?([\w-]+)/.exec(line)?.[1]);
  expect(run.filter(name => name === undefined || !Object.hasOwn(scripts, name))).toEqual([]);
  expect(install).toMatch(/^npm i \S/);
  const installed = install!.trim().split(' ').slice(2);
  const [, loading] = /^```ts\n([\s\S]*?)^```/m.exec(readme)!;
  expect(loading).toContain('loadModel(');
  const imported = [...loading!.matchAll(/'(@residual\/[\w-]+)/g)].map(([, name]) => name!);
  expect(imported.filter(name => !installed.includes(name))).toEqual([]);
  expect(installed).toContain('@tensorflow/tfjs-core@4.22.0');
  const known = new Set(packages().flatMap(({ manifest }) => (manifest.private === true ? [] : [manifest.name])));
  const named = [...readme.matchAll(/@residual\/[\w-]+/g)].map(([name]) => name);
  expect(named.filter(name => !known.has(name))).toEqual([]);
});
