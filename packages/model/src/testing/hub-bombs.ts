/** Hostile hub listings, read by a process with a small heap. */
import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
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

/** The listing of a repository as a hub sends it. */
export const hubListing: BombTarget = {
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
    const fetch = async () => new Response(text);
    const files = await filesOf('someone/tale', { fetch, hub: { endpoint: 'https://hub.example', cache: false } });
    await files.bytes('absent.bin', {});
  },
  seeds: () => [JSON.stringify(listing)],
};
