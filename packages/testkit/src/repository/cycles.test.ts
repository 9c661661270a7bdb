import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cyclesOf, valueImportsOf } from './cycles.js';
import { apps, packages, relativePath, sources } from './workspace.js';

test('value imports have no cycles', () => {
  const cycles = [...packages(), ...apps()].flatMap(project => {
    const graph = new Map(sources(project).map(path => [path, valueImportsOf(path)]));
    return cyclesOf(graph).map(cycle => cycle.map(relativePath).join(' -> '));
  });
  expect(cycles).toEqual([]);
});

test('cycles are found, and distinguished from joining paths', () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
  expect(cyclesOf(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  expect(cyclesOf(graph({ a: ['b'], b: ['c'], c: ['b'], d: ['d'] }))).toEqual([['b', 'c'], ['d']]);
});

test('type-only imports are not value imports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'residual-imports-'));
  try {
    for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(join(folder, `${name}.ts`), 'export type T = 1;\n');
    const lines = [
      `import type { T } from './a.js';`,
      `import { type T as U } from './b.js';`,
      `import { type T as V, value } from './c.js';`,
      `export { type T } from './d.js';`,
      `export * from './e.js';`,
      `import 'node:fs';`,
    ];
    writeFileSync(join(folder, 'all.ts'), lines.join('\n'));
    expect(valueImportsOf(join(folder, 'all.ts'))).toEqual([join(folder, 'c.ts'), join(folder, 'e.ts')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
