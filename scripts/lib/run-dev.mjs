import { apps, models } from './apps.mjs';
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
/** Serves the models of the repository under `/models/NAME/`, as the demo does. */
const modelFiles = {
  name: 'residual-models',
  configureServer: ({ middlewares }) => {
    for (const model of models()) middlewares.use(`/models/${model.name}`, sirv(model.folder, { dev: true }));
  },
};
const server = await createServer({ root: app.folder, plugins: [modelFiles] });
await server.listen();
server.printUrls();
