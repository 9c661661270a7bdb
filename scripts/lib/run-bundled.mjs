import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runNode } from './run.mjs';
import { environment, setUp } from './set-up.mjs';

/**
 * Bundles a program of the sources, such as `testkit/src/fuzz/main.ts`, and runs it with the arguments of the command.
 * Resolves to its exit status.
 */
export async function runBundled(name, source) {
  await setUp();
  const program = join(root, '.residual', `${name}.mjs`);
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(root, 'packages', ...source.split('/'))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@residual/source'],
    external: ['esbuild'],
    // Packages in the format of CommonJS call require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
    plugins: [
      {
        // Sources refer to files relative to their own URL.
        name: 'own-urls',
        setup: ({ onLoad }) =>
          onLoad({ filter: /testkit[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, 'utf8').replace(
              /, import\.meta\.url\)/g,
              `, ${JSON.stringify(pathToFileURL(path).href)})`,
            ),
            loader: 'ts',
          })),
      },
    ],
  });
  return runNode(program, process.argv.slice(2), { env: environment() });
}
