import { expect, test } from 'vitest';
import { packed, unpacked } from './zip.js';

const files = new Map([
  ['config.json', new TextEncoder().encode('{}')],
  ['model/weights.bin', Uint8Array.of(1, 2, 3)],
]);
const zip = async () => new File([await packed(files).arrayBuffer()], 'Model.ZIP');
const told = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  );

test('what was packed is unpacked, without folders, beside files that are no zip', async () => {
  const note = new File(['hello'], 'note.txt');
  const all = await unpacked([note, await zip()]);
  expect(all.map(({ name }) => name)).toEqual(['note.txt', 'config.json', 'weights.bin']);
  expect([...new Uint8Array(await all[2]!.arrayBuffer())]).toEqual([1, 2, 3]);
  expect(await all[1]!.text()).toBe('{}');
});

test('a zip that is cut off, and none at all, is told by its name', async () => {
  const whole = await zip();
  const cut = new File([whole.slice(0, 60)], 'cut.zip');
  expect(await told(unpacked([cut]))).toMatch(/^cut\.zip is no zip that can be read: .+\.$/);
  expect(await told(unpacked([new File(['hello'], 'a.zip')]))).toMatch(/^a\.zip is no zip/);
});

test('a zip that says it holds more than a page reads is refused before anything is unpacked', async () => {
  const bytes = new Uint8Array(await (await zip()).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(bytes.length - 6, true); // end record: where the directory begins
  view.setUint32(directory + 24, 0xee6b2800, true); // size of the first file: 4 GB
  expect(await told(unpacked([new File([bytes], 'bomb.zip')]))).toBe(
    'bomb.zip holds more than the 2 GB that a page reads; drop its files one by one.',
  );
});
