import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, runReader } from '../bombs/run-bombs.js';
import { packages } from '../repository/workspace.js';

/** A kind of untrusted file: one export of a module of bombs. */
export interface FileKind {
  /** `embeddings: vocabulary`: the package, and the export. */
  readonly name: string;
  readonly module: URL;
  readonly target: string;
  /** Whether it has valid inputs to mutate. */
  readonly isFuzzed: boolean;
}

/** The modules of the workspace that export bombs: `src/testing/bombs.ts` and `src/testing/NAME-bombs.ts`. */
export const bombModules = (): URL[] =>
  packages().flatMap(({ folder }) => {
    const testing = join(folder, 'src', 'testing');
    let names: string[] = [];
    try {
      names = readdirSync(testing).filter(name => /^(.*-)?bombs\.ts$/.test(name));
    } catch {} // a package without such a folder
    return names.sort().map(name => pathToFileURL(join(testing, name)));
  });

/** All kinds of files for which modules export bombs. */
export async function fileKinds(modules: readonly URL[] = bombModules()): Promise<FileKind[]> {
  const folder = mkdtempSync(join(tmpdir(), 'residual-kinds-'));
  try {
    const kinds: FileKind[] = [];
    for (const [index, module] of modules.entries()) {
      const program = join(folder, `${index}.mjs`);
      await bundle(module, program, fileURLToPath(new URL('./list.ts', import.meta.url)), 'list');
      const name = /.*\/packages\/([^/]+)\//.exec(module.pathname)![1]!;
      const { status, errorOutput } = await runReader(program, { megabytes: 512 }, line => {
        const { target, isFuzzed } = line as Pick<FileKind, 'target' | 'isFuzzed'>;
        kinds.push({ name: `${name}: ${target}`, module, target, isFuzzed });
      });
      if (status !== '0') throw new Error(`fileKinds: ${module} ended with ${status}: ${errorOutput}`);
    }
    return kinds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
