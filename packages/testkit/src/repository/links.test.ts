import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { brokenLinks, linksOf } from './links.js';
import { apps, packages, relativePath, root } from './workspace.js';

const texts = [
  ...['README.md', 'CONTRIBUTING.md', 'THIRD_PARTY_NOTICES.md'].map(name => join(root, name)),
  ...[...packages(), ...apps()].map(({ folder }) => join(folder, 'README.md')),
].filter(existsSync);

test('what the pages of the repository link to is there', () => {
  const wrong = texts.flatMap(path =>
    brokenLinks(readFileSync(path, 'utf8'), target => existsSync(join(dirname(path), target))).map(
      link => `${relativePath(path)} links to ${link}`,
    ),
  );
  expect(wrong).toEqual([]);
});

test('links are found in all their forms, and those that lead nowhere', () => {
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

test('README begins with what to install, and it is enough for the model that it then loads', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, language, code = ''] = /^```(\w*)\n([\s\S]*?)^```/m.exec(readme)!;
  expect([language, code]).toEqual(['sh', expect.stringMatching(/^npm i \S/)]);
  const installed = code.trim().split(' ').slice(2);
  const [, loading] = /^### Load a model[\s\S]*?^```ts\n([\s\S]*?)^```/m.exec(readme)!;
  const imported = [...loading!.matchAll(/'(@residual\/[\w-]+)/g)].map(([, name]) => name!);
  expect(imported.filter(name => !installed.includes(name))).toEqual([]);
  expect(installed).toContain('@tensorflow/tfjs-core@4.22.0');
  const known = new Set(packages().flatMap(({ manifest }) => (manifest.private === true ? [] : [manifest.name])));
  const named = [...readme.matchAll(/@residual\/[\w-]+/g)].map(([name]) => name);
  expect(named.filter(name => !known.has(name))).toEqual([]);
});
