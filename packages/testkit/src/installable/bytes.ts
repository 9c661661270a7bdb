import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Ceilings of the gzipped, minified code of a package in bytes, without its dependencies. */
export const ceilings: Readonly<Record<string, number>> = {
  base: 3400,
  sampling: 5900,
  mlp: 4200,
  attention: 9700,
  embeddings: 8500,
  transformer: 9400,
  safetensors: 5000,
  gguf: 6000,
  audio: 18_600,
  pronunciation: 8900,
  vision: 15_400,
  train: 15_600,
};

/** The gzipped size of the minified main entry of an installed package in bytes. */
export const ownBytes = async (project: string, name: string): Promise<number> => {
  const result = await build({
    stdin: { contents: `export * from '${name}';`, resolveDir: project },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'others stay outside',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path }) => (path === name ? undefined : { path, external: true })),
      },
    ],
    absWorkingDir: join(project),
  });
  return gzipSync(result.outputFiles[0]!.contents, { level: 9 }).length;
};
