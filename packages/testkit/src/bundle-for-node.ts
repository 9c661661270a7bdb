import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** TypeScript code whose relative imports start at `baseUrl`. */
export interface Program {
  readonly contents: string;
  readonly baseUrl: URL;
}

/** Bundles a TypeScript file or text with the sources of all packages into one module for Node. */
export const bundleForNode = async (program: URL | Program, outfile: string): Promise<void> => {
  await build({
    ...(program instanceof URL
      ? { entryPoints: [fileURLToPath(program)] }
      : { stdin: { contents: program.contents, resolveDir: fileURLToPath(new URL('.', program.baseUrl)) } }),
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@residual/source'],
    logLevel: 'error',
    // CommonJS code, such as tfjs's WebAssembly module, needs `require` and `__dirname`.
    banner: {
      js:
        "import { createRequire as requireFrom } from 'node:module'; " +
        "const require = requireFrom(import.meta.url); const __dirname = '/';",
    },
  });
};
