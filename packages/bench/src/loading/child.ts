/** The process of one load: serves the calls of `loading.ts`. */
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { wasmMemoryUsage } from '@residual/backend-wasm';
import { loadModel } from '@residual/model';
import { memoryUsage, ready } from '@residual/tensor';
import { peakMemory } from '../processes/peak-memory.js';
import { serveProcess } from '../processes/process.js';
import type { LoadedForm, LoadMeasurement, RepeatedLoads } from './measurement.js';

/** The resident set of this process now, in bytes. */
function residentMemory(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}

/** Milliseconds that reading the file of a checkpoint takes, into one buffer of 1 MB. */
async function readFile(folder: string): Promise<number> {
  const file = await open(join(folder, 'model.safetensors'));
  const buffer = new Uint8Array(2 ** 20);
  const start = performance.now();
  while ((await file.read(buffer, 0, buffer.length)).bytesRead > 0);
  const time = performance.now() - start;
  await file.close();
  return time;
}

/** The bytes of JavaScript objects and buffers after a garbage collection. */
function reachableMemory(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

serveProcess(async () => {
  await ready();
  return {
    load: async (folder: string, weights: LoadedForm): Promise<LoadMeasurement> => {
      const reading = await readFile(folder);
      const [resident, bytes] = [residentMemory(), memoryUsage().bytes];
      const start = performance.now();
      await loadModel(folder, { weights });
      const time = performance.now() - start;
      return { time, reading, held: memoryUsage().bytes - bytes, peak: peakMemory() - resident };
    },
    repeat: async (folder: string, weights: LoadedForm, count: number): Promise<RepeatedLoads> => {
      const usages: RepeatedLoads['usages'][number][] = [];
      for (let i = 1; i <= count; i++) {
        (await loadModel(folder, { weights })).dispose();
        if (i !== count / 10 && i !== count) continue;
        usages.push({ ...memoryUsage(), heapBytes: wasmMemoryUsage().heapBytes, reachable: reachableMemory() });
      }
      return { usages };
    },
  };
});
