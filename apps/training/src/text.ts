import { byId, grouped, megabytes, onFiles } from '@residual/appkit';

/** The beginning of Shakespeare's plays, in the public domain. */
const shipped = () => new URL('../../../fixtures/texts/tinyshakespeare/input.txt', import.meta.url);
const maxBytes = 5e6;

/** The training text in the box, at first Shakespeare. */
export interface OwnText {
  read(): Promise<string>;
  set(text: string): void;
}

/** Wires the box and the input for files. */
export function ownText(): OwnText {
  const box = byId<HTMLTextAreaElement>('text');
  const showSize = () => {
    byId('text-size').textContent = `${grouped([...box.value].length)} characters.`;
  };
  const set = (text: string) => {
    box.value = text;
    showSize();
  };
  const first = (async () => {
    const response = await fetch(shipped());
    if (!response.ok) throw new Error(`The text could not be read: status ${response.status}.`);
    const text = await response.text();
    if (box.value === '') set(text);
  })();
  first.catch(() => {}); // `read` reports the error
  box.addEventListener('input', showSize);
  onFiles('text-file', async ([file]) => {
    if (!file) return;
    if (file.size > maxBytes)
      throw new RangeError(`${file.name} has ${megabytes(file.size)} MB; at most ${maxBytes / 1e6} MB are read.`);
    const text = new TextDecoder('utf-8', { fatal: true });
    try {
      set(text.decode(await file.arrayBuffer()).replaceAll('\r\n', '\n'));
    } catch {
      throw new RangeError(`${file.name} is not UTF-8 text.`);
    }
  });
  return {
    set,
    read: async () => {
      await first;
      return box.value;
    },
  };
}
