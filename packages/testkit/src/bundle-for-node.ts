import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** TypeScript that imports by paths relative to `beside`. */
export interface Program {
  readonly contents: string;
  readonly beside: URL;
}

/** Bundles a TypeScript file or text of the workspace, from the sources of all packages, into one module that Node runs by itself. */
export const bundleForNode = async (program: URL | Program, outfile: string): Promise<void> => {
  await build({
    ...(program instanceof URL
      ? { entryPoints: [fileURLToPath(program)] }
      : { stdin: { contents: program.contents, resolveDir: fileURLToPath(new URL('.', program.beside)) } }),
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@residual/source'],
    logLevel: 'error',
    // What was written for require, tfjs's WebAssembly module among it, finds what it expects.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url); const __dirname = '/';",
    },
  });
};
