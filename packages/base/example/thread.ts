import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { connect, type RpcCall, serve } from '@residual/base/rpc';

/** Counts primes in another thread of Node: node thread.js */
const options = { service: 'primes', name: 'primes' };
const handlers = {
  count(_: RpcCall, end: number) {
    const isPrime = (n: number) => {
      for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
      return n > 1;
    };
    return Array.from({ length: end }, (_, n) => n).filter(isPrime).length;
  },
};

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  const primes = connect<typeof handlers>(worker, options);
  console.log(await primes.call('count', [10_000])); // 1229
  primes.close();
  await worker.terminate();
} else serve(parentPort, options, () => ({ handlers }));
