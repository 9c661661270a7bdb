import { runBombs } from '@residual/testkit/bombs';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { unzipFiles, zipFiles } from './zip.js';

const files = new Map([
  ['config.json', new TextEncoder().encode('{}')],
  ['model/weights.bin', Uint8Array.of(1, 2, 3)],
]);
const zip = async () => new File([await zipFiles(files).arrayBuffer()], 'Model.ZIP');
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  );

test('packed files are unpacked without their folders; other files are kept', async () => {
  const note = new File(['hello'], 'note.txt');
  const all = await unzipFiles([note, await zip()]);
  expect(all.map(({ name }) => name)).toEqual(['note.txt', 'config.json', 'weights.bin']);
  expect([...new Uint8Array(await all[2]!.arrayBuffer())]).toEqual([1, 2, 3]);
  expect(await all[1]!.text()).toBe('{}');
});

test('a truncated zip and a file that is not a zip are errors that name the file', async () => {
  const whole = await zip();
  const cut = new File([whole.slice(0, 60)], 'cut.zip');
  expect(await errorOf(unzipFiles([cut]))).toMatch(/^cut\.zip cannot be read as a zip: .+\.$/);
  expect(await errorOf(unzipFiles([new File(['hello'], 'a.zip')]))).toMatch(/^a\.zip cannot be read as a zip/);
});

/** The error of unpacking a zip after `change` has edited it; `directory` is the offset of its central directory. */
const patched = async (bytes: Uint8Array, change: (view: DataView, directory: number) => void, name = 'bomb.zip') => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  change(view, view.getUint32(copy.length - 6, true)); // from the end record
  return errorOf(unzipFiles([new File([copy], name)]));
};
const deflated = (name = 'a.json', size = 100_000) => zipSync({ [name]: new Uint8Array(size).fill(65) });
const bytesOf = async () => new Uint8Array(await (await zip()).arrayBuffer());

test('a zip whose declared content is too large is refused before anything is unpacked', async () => {
  expect(await patched(await bytesOf(), (view, directory) => view.setUint32(directory + 24, 0xee6b2800, true))).toBe(
    'bomb.zip contains more than the 2 GB that a page reads; drop its files one by one.',
  );
});

test('a file with a wrong declared size is refused', async () => {
  const size = (bytes: number) => (view: DataView, directory: number) => view.setUint32(directory + 24, bytes, true);
  expect(await patched(deflated(), size(1e9))).toMatch(
    /^bomb\.zip cannot be read as a zip: a\.json cannot be as large as declared\.$/,
  );
  expect(await patched(deflated(), size(50_000))).toMatch(/a\.json (has \d+ bytes; it should have 50000|is damaged)/);
  expect(await patched(deflated(), size(100_001))).toMatch(/a\.json has 100000 bytes; it should have 100001/);
});

test('a file with a wrong checksum is refused', async () => {
  const message = /is damaged: its checksum is wrong\.$/;
  expect(await patched(await bytesOf(), (view, directory) => view.setUint32(directory + 16, 5, true))).toMatch(message);
  const data = 30 + 'config.json'.length; // of the first file, not compressed
  expect(await patched(await bytesOf(), view => view.setUint8(data, 0))).toMatch(message);
  expect(await errorOf(unzipFiles([new File([deflated()], 'fine.zip')]))).toBe('nothing');
});

test('overlapping files, as in zip bombs, and repeated names are refused', async () => {
  const bytes = zipSync({ a: new Uint8Array(100), b: new Uint8Array(100) }, { level: 0 });
  const grown = (view: DataView, at: number) => {
    for (const entry of [at, at + 47]) for (const field of [20, 24]) view.setUint32(entry + field, 300, true);
  };
  expect(await patched(bytes, grown)).toMatch(/its files overlap/);
  expect(await patched(bytes, (view, directory) => view.setUint8(directory + 47 + 46, 97))).toMatch(
    /it contains a twice/,
  );
});

test('hostile zips are read or refused, and never exhaust memory', async () => {
  const { results, defects } = await runBombs(new URL('./testing/zip-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  expect(results.length).toBeGreaterThan(300);
});
