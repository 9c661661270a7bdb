/** Hostile hub listings, read by a process with a small heap. */
import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { repositoryOf } from '../load/sources/hub.js';
import { filesOf } from '../load/sources/source.js';

const listing = {
  id: 'someone/tale',
  sha: 'a'.repeat(40),
  siblings: [
    { rfilename: 'config.json', size: 2, blobId: 'b'.repeat(40) },
    { rfilename: 'onnx/model.bin', size: 5, blobId: 'c'.repeat(40), lfs: { sha256: 'd'.repeat(64), size: 5 } },
    { rfilename: 'model.safetensors', size: 9, blobId: 'e'.repeat(40), lfs: { oid: 'f'.repeat(64) } },
  ],
};

/** The listing of a repository as a hub sends it, or as it was received. */
export const hubListing: BombTarget<string | { readonly received: string }> = {
  *inputs(): Generator<Bomb> {
    yield* bombsOf(listing, { count: 20_000 });
    for (const name of ['../x', '/x', 'a//b', 'a\\b', '\0', '\u001b[2J', 'x'.repeat(1_000_000), '__proto__']) {
      const siblings = [{ ...listing.siblings[0], rfilename: name }];
      yield { name: `a file ${name.slice(0, 20)}`, make: () => JSON.stringify({ ...listing, siblings }) };
    }
    yield { name: 'no end', make: () => `{"siblings":[${'['.repeat(2_000_000)}` };
    yield { name: 'more than is read', make: () => ' '.repeat(2 ** 25) };
  },
  read: async text => {
    // Requests take longer than their answers, and are the same for all.
    if (typeof text !== 'string') return repositoryOf('https://hub.example', text.received);
    const fetch = async () => new Response(text);
    const files = await filesOf('someone/tale', { fetch, hub: { endpoint: 'https://hub.example', cache: false } });
    return files.bytes('absent.bin', {});
  },
  seeds: () => [{ received: JSON.stringify(listing) }],
};
