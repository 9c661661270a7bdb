import { join } from 'node:path';
import { npmScript, ownEnvironment } from './npm.mjs';
import { root, runNode, tool } from './run.mjs';
import { environment, setUp } from './set-up.mjs';

await setUp();
const build = ['run', 'build', '--filter=@residual/bench', '--output-logs=errors-only', '--no-update-notifier'];
const built = await runNode(tool('turbo'), build, { env: environment(), stdio: ['inherit', 2, 2] });
if (built !== 0) {
  console.error('bench: it could not be built (see above)');
  process.exit(1);
}
// Some parts install their peers with npm.
const env = { ...ownEnvironment(), npm_execpath: npmScript() };
process.exitCode = await runNode(join(root, 'packages', 'bench', 'dist', 'main.js'), process.argv.slice(2), { env });
