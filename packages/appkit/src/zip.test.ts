import { runBombs } from '@residual/testkit/bombs';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { unzipFiles, zipFiles } from './zip.js';

const files = new Map([
  ['config.json', new TextEncoder().encode('{}')],
  ['model/weights.bin', Uint8Array.of(1, 2, 3)],
]);
const zip = async () => new File([await zipFiles(files).arrayBuffer()], 'Model.ZIP');
const told = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  );

test('what was packed is unpacked, without folders, beside files that are no zip', async () => {
  const note = new File(['hello'], 'note.txt');
  const all = await unzipFiles([note, await zip()]);
  expect(all.map(({ name }) => name)).toEqual(['note.txt', 'config.json', 'weights.bin']);
  expect([...new Uint8Array(await all[2]!.arrayBuffer())]).toEqual([1, 2, 3]);
  expect(await all[1]!.text()).toBe('{}');
});

test('a zip that is cut off, and none at all, is told by its name', async () => {
  const whole = await zip();
  const cut = new File([whole.slice(0, 60)], 'cut.zip');
  expect(await told(unzipFiles([cut]))).toMatch(/^cut\.zip is no zip that can be read: .+\.$/);
  expect(await told(unzipFiles([new File(['hello'], 'a.zip')]))).toMatch(/^a\.zip is no zip/);
});

/** A zip, with the places of its first file in the directory and of its data. */
const patched = async (bytes: Uint8Array, change: (view: DataView, directory: number) => void, name = 'bomb.zip') => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  change(view, view.getUint32(copy.length - 6, true)); // end record: where the directory begins
  return told(unzipFiles([new File([copy], name)]));
};
const deflated = (name = 'a.json', size = 100_000) => zipSync({ [name]: new Uint8Array(size).fill(65) });
const bytesOf = async () => new Uint8Array(await (await zip()).arrayBuffer());

test('a zip that says it holds more than a page reads is refused before anything is unpacked', async () => {
  expect(await patched(await bytesOf(), (view, at) => view.setUint32(at + 24, 0xee6b2800, true))).toBe(
    'bomb.zip holds more than the 2 GB that a page reads; drop its files one by one.',
  );
});

test('a file that is larger or smaller than it says, or than its bytes can become, is refused', async () => {
  const size = (bytes: number) => (view: DataView, at: number) => view.setUint32(at + 24, bytes, true);
  expect(await patched(deflated(), size(1e9))).toMatch(
    /^bomb\.zip is no zip .*: a\.json cannot be as large as it says\.$/,
  );
  expect(await patched(deflated(), size(50_000))).toMatch(/a\.json (has \d+ bytes; it should have 50000|is damaged)/);
  expect(await patched(deflated(), size(100_001))).toMatch(/a\.json has 100000 bytes; it should have 100001/);
});

test('a file whose checksum is another one is refused', async () => {
  const message = /is damaged: its checksum is another one\.$/;
  expect(await patched(await bytesOf(), (view, at) => view.setUint32(at + 16, 5, true))).toMatch(message);
  const data = 30 + 'config.json'.length; // of the first file, not compressed
  expect(await patched(await bytesOf(), view => view.setUint8(data, 0))).toMatch(message);
  expect(await told(unzipFiles([new File([deflated()], 'fine.zip')]))).toBe('nothing');
});

test('files that lie in each other, as in bombs, and names that come twice are refused', async () => {
  const bytes = zipSync({ a: new Uint8Array(100), b: new Uint8Array(100) }, { level: 0 });
  const grown = (view: DataView, at: number) => {
    for (const entry of [at, at + 47]) for (const field of [20, 24]) view.setUint32(entry + field, 300, true);
  };
  expect(await patched(bytes, grown)).toMatch(/its files lie in each other/);
  expect(await patched(bytes, (view, at) => view.setUint8(at + 47 + 46, 97))).toMatch(/it holds a twice/);
});

test('hostile zips are read or refused', async () => {
  const { results, defects } = await runBombs(new URL('./testing/zip-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  expect(results.length).toBeGreaterThan(300);
});
