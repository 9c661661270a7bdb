import { createHash } from 'node:crypto';
import { filesOf } from '../load/sources/source.js';

/** A process that reads one file of a hub through the cache and prints its digest. */
const [endpoint, cache] = process.argv.slice(2) as [string, string];
const files = await filesOf('someone/tale', { hub: { endpoint, cache, retryDelay: 1 } });
const source = (await files.bytes('model.safetensors', {}))!;
console.log(
  createHash('sha256')
    .update(await source.read(0, source.size))
    .digest('hex'),
);
