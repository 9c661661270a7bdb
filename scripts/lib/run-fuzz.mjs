import { runBundled } from './run-bundled.mjs';

process.exitCode = await runBundled('fuzz', 'testkit/src/fuzz/main.ts');
