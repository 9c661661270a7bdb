import '@residual/backend-webgl';
import { dump, packedParity, parity } from '@residual/model/parity';
import { useBackend } from '@residual/tensor';
import type { ComparisonOptions } from '../parity/report.js';

/**
 * Compares the folder that is served at `/model/` and returns the report as plain data, or the message of an error. If
 * a dump is requested, our outputs are posted to the server as the bytes of a safetensors file.
 */
const runParity = async ({ wantsDump, weights, unpacked }: ComparisonOptions) => {
  try {
    await useBackend('webgl');
    const { outputs, ...report } = await (unpacked ? packedParity : parity)(
      new URL('/model/', location.href),
      weights && { weights },
    );
    if (wantsDump) await fetch('/dump', { method: 'POST', body: dump(outputs) });
    return { report };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
};

Object.assign(globalThis, { runParity });
