import '@residual/backend-webgl';
import { parity } from '@residual/model/parity';
import { useBackend } from '@residual/tensor';

/** What the command line asks of this page: the comparison of the folder served beside it, as plain data. */
const runParity = async () => {
  await useBackend('webgl');
  const { outputs, ...report } = await parity(new URL('/model/', location.href));
  const numbers = [...outputs].map(([name, { shape, data }]) => [name, { shape, data: Array.from(data) }] as const);
  return { ...report, outputs: numbers };
};

Object.assign(globalThis, { runParity });
