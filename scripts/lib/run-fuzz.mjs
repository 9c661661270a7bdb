import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runNode } from './run.mjs';
import { environment, setUp } from './set-up.mjs';

await setUp();
const program = join(root, '.residual', 'fuzz.mjs');
const { build } = await import('esbuild');
await build({
  entryPoints: [join(root, 'packages', 'testkit', 'src', 'fuzz', 'main.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['esbuild'],
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
process.exitCode = await runNode(program, process.argv.slice(2), { env: environment() });
