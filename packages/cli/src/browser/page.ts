import '@residual/backend-webgl';
import { dump, parity } from '@residual/model/parity';
import { useBackend } from '@residual/tensor';

/**
 * What the command line asks of this page: the comparison of the folder served beside it, as plain data. Our outputs, if they are wanted, go back to the
 * server as the bytes of a file; what went wrong goes back as its message.
 */
const runParity = async ({ wantsDump }: { readonly wantsDump: boolean }) => {
  try {
    await useBackend('webgl');
    const { outputs, ...report } = await parity(new URL('/model/', location.href));
    if (wantsDump) await fetch('/dump', { method: 'POST', body: dump(outputs) });
    return { report };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
};

Object.assign(globalThis, { runParity });
