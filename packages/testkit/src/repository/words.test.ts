import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apps, packages, relativePath, root, sources } from './workspace.js';

/** Words of an older vocabulary, each with the word that replaces it. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/\blookBack\b/, 'cachedAttention'],
  [/\bmemoryExtent\b/, 'memoryMask'],
  [/\binTheirNames\b/, 'toCheckpoint'],
  [/\binOurNames\b/, 'fromCheckpoint'],
  [/\btheirs\b/, 'a noun: checkpointName, peerValue, expected, ...'],
  [/\.whole\(\)/, '.result()'],
  [/OfSomeKind\b/, 'AnyModel, AnyLayer, ...'],
  [/\bnoRepeatNgram\b/, 'noRepeatNgramSize'],
  [/\bsuppressAtBegin\b/, 'beginSuppressTokens'],
  [/\bforcedBos\b/, 'forcedBosTokenId'],
  [/\bputBeside\b/, 'addAdapter'],
  [/\bnotLora\b/, 'freezeBase'],
];

/** `path:line word -> replacement` for each old word of a text. */
const oldWords = (path: string, text: string): string[] =>
  text.split('\n').flatMap((line, i) =>
    replacements.flatMap(([pattern, replacement]) => {
      const match = pattern.exec(line);
      return match ? [`${path}:${i + 1} ${match[0]} -> ${replacement}`] : [];
    }),
  );

test('words of the older vocabulary do not come back', () => {
  const projects = [...packages(), ...apps()];
  const readmes = [root, ...projects.map(({ folder }) => folder)].map(folder => join(folder, 'README.md'));
  const files = [...projects.flatMap(sources), ...readmes.filter(existsSync)];
  const own = join(root, 'packages/testkit/src/repository/words.test.ts');
  const found = files
    .filter(path => path !== own)
    .flatMap(path => oldWords(relativePath(path), readFileSync(path, 'utf8')));
  expect(found, 'use the word after the arrow').toEqual([]);
});

test('an old word is reported with its file, line and replacement; longer names are not old words', () => {
  expect(oldWords('a.ts', 'const x = 1;\nmodel.translate(text).whole();')).toEqual(['a.ts:2 .whole() -> .result()']);
  expect(oldWords('a.ts', 'noRepeatNgramSize, forcedBosTokenId')).toEqual([]);
});
