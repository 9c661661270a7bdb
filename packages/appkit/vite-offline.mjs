import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getManifest } from '@serwist/build';
import { build } from 'vite';
import { apps, dataFolders } from '../../scripts/lib/apps.mjs';

const source = name => fileURLToPath(new URL(`./src/offline/${name}`, import.meta.url));

/** The files of a path such as `models/stories` or `data/NAME/FILE`, with the path of each. */
const filesAt = path => {
  const [mount, folder] = [...dataFolders()].find(([mount]) => `${path}/`.startsWith(`${mount}/`)) ?? [];
  const file = folder && join(folder, path.slice(mount.length));
  if (!file || !existsSync(file)) throw new Error(`package.json: demo.data names ${path}, which is not here`);
  if (statSync(file).isFile()) return [[path, file]];
  return readdirSync(file).map(name => [`${path}/${name}`, join(file, name)]);
};

/** The data that a page loads at its start, with the hash of each file. */
const dataEntries = ({ path, data }) =>
  data.flatMap(filesAt).map(([address, file]) => ({
    url: path === '' ? `./${address}` : `../${address}`,
    revision: createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16),
  }));

/**
 * Lets the page work without a network after the first visit: builds its service worker, `sw.js`, which knows the built
 * files and the data of the page, and has it registered by the page's script. The dev server does neither.
 */
export const offline = () => {
  let folder;
  let output;
  return {
    name: 'residual:offline',
    apply: 'build',
    configResolved: ({ root, build: { outDir } }) => {
      folder = root;
      output = resolve(root, outDir);
    },
    transform: {
      filter: { id: /\/src\/main\.ts$/ },
      handler: (code, id) => {
        if (relative(folder, id) !== join('src', 'main.ts')) return undefined;
        const call = `import { keepForOffline } from ${JSON.stringify(source('keep.ts'))};\nkeepForOffline();\n`;
        return { code: `${code}\n${call}`, map: null };
      },
    },
    closeBundle: async () => {
      const { manifestEntries } = await getManifest({
        globDirectory: output,
        globPatterns: ['**/*'],
        globIgnores: ['sw.js', 'card.jpg'],
        dontCacheBustURLsMatching: /^assets\//,
        maximumFileSizeToCacheInBytes: 1e8,
      });
      const app = apps().find(app => relative(app.folder, folder) === '');
      const listed = { files: manifestEntries, data: dataEntries(app) };
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'error',
        define: { residualBuild: JSON.stringify(listed), 'process.env.NODE_ENV': '"production"' },
        build: {
          target: 'es2022',
          outDir: output,
          emptyOutDir: false,
          modulePreload: false,
          rollupOptions: {
            input: source('service-worker.ts'),
            output: { format: 'iife', entryFileNames: 'sw.js' },
          },
        },
      });
    },
  };
};
