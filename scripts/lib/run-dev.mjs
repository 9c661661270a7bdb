import { apps, dataFolders } from './apps.mjs';
import { setUp } from './set-up.mjs';

await setUp();
const names = apps().map(({ name }) => name);
const name = process.argv[2] ?? names[0];
const app = apps().find(candidate => candidate.name === name);
if (app === undefined) {
  console.error(`dev: no app ${name}; there are ${names.join(', ') || 'none'}`);
  process.exit(1);
}

const [{ createServer }, { default: sirv }] = await Promise.all([import('vite'), import('sirv')]);
/** Serves the models and other data of the repository with the app, as the demo does. */
const data = {
  name: 'residual-data',
  configureServer: ({ middlewares }) => {
    for (const [path, folder] of dataFolders()) middlewares.use(`/${path}`, sirv(folder, { dev: true }));
  },
};
const server = await createServer({ root: app.folder, base: app.path === '' ? '/' : `/${app.path}/`, plugins: [data] });
await server.listen();
server.printUrls();
