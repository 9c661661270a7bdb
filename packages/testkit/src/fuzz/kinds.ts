import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../bombs/run-bombs.js';
import type { BombTarget } from '../bombs/target.js';
import { packages } from '../repository/workspace.js';

/** A kind of file that is not trusted: what a module of bombs exports by a name. */
export interface Kind {
  /** `words: vocabulary`: the module's file name, and the export. */
  readonly name: string;
  readonly module: URL;
  readonly target: string;
  /** Whether it has valid inputs to mutate. */
  readonly isFuzzed: boolean;
}

/** The modules of the workspace that export bombs: `src/testing/NAME-bombs.ts`. */
export const bombModules = (): URL[] =>
  packages().flatMap(({ folder }) => {
    const testing = join(folder, 'src', 'testing');
    let names: string[] = [];
    try {
      names = readdirSync(testing).filter(name => name.endsWith('-bombs.ts'));
    } catch {} // a package without such a folder
    return names.sort().map(name => pathToFileURL(join(testing, name)));
  });

/** All kinds of files that modules of the workspace export bombs of. */
export async function allKinds(modules: readonly URL[] = bombModules()): Promise<Kind[]> {
  const folder = mkdtempSync(join(tmpdir(), 'residual-kinds-'));
  try {
    const kinds: Kind[] = [];
    for (const [index, module] of modules.entries()) {
      const program = join(folder, `${index}.mjs`);
      await bundle(module, program, fileURLToPath(new URL('./list.ts', import.meta.url)), 'list');
      await import(pathToFileURL(program).href);
      const { listed: targets } = globalThis as unknown as { listed: Readonly<Record<string, BombTarget>> };
      const stem = decodeURIComponent(module.pathname)
        .split('/')
        .at(-1)!
        .replace(/-bombs\.ts$/, '');
      for (const [target, { seeds }] of Object.entries(targets))
        kinds.push({ name: `${stem}: ${target}`, module, target, isFuzzed: seeds !== undefined });
    }
    return kinds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
