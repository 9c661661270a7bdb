import { defineConfig } from 'vitest/config';

/** Tests named `*.backends.test.ts` run with one body on every backend; all others run once, in Node. */
const onBackend = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: ['packages/*/src/**/*.backends.test.ts'],
    setupFiles: [`./packages/testkit/src/setup-${name}.ts`],
  },
});

export default defineConfig({
  resolve: { conditions: ['@residual/source'] },
  ssr: { resolve: { conditions: ['@residual/source'], externalConditions: ['@residual/source'] } },
  test: {
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['packages/*/src/**/*.test.ts'], exclude: ['**/*.backends.test.ts', '**/node_modules/**'] },
      },
      onBackend('cpu'),
      onBackend('wasm'),
    ],
  },
});
