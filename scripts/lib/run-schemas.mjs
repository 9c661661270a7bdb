import { runBundled } from './run-bundled.mjs';

process.exitCode = await runBundled('schemas', 'model/src/testing/schemas/main.ts');
