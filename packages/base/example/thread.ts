import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { RpcClient, serveRpc } from '@residual/base/rpc';

/** Counts primes in another thread of Node: node thread.js */
const options = { service: 'primes', name: 'primes' };
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  const primes = new RpcClient(worker, options);
  console.log(await primes.call<number>('count', [10_000])); // 1229
  primes.close();
  await worker.terminate();
} else
  serveRpc(parentPort, options, () => ({
    call: (_, [end]) => {
      const isPrime = (n: number) => {
        for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
        return n > 1;
      };
      return Array.from({ length: end as number }, (_, n) => n).filter(isPrime).length;
    },
  }));
