import { runNode, tool } from './run.mjs';
import { environment, setUp } from './set-up.mjs';

await setUp();
const build = ['run', 'build', '--filter=./apps/*', '--output-logs=errors-only', '--no-update-notifier'];
const code = await runNode(tool('turbo'), build, { env: environment() });
if (code !== 0) {
  console.error('demo: the apps could not be built (see above)');
  process.exit(1);
}
const { serve } = await import('./serve.mjs');
const { address, close } = await serve();
console.log(`\nThe demo apps are at ${address}\nStop with Ctrl-C.`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    close();
    process.exit(0);
  });
