/** How a text is said, word by word, with the sounds of the words of a small dictionary: node say.js "At 9:05." */
import { openDictionary, type Phone, packDictionary, pronounce, spokenText } from '@residual/pronunciation';

const sounds = { at: 'AE1 T', nine: 'N AY1 N', oh: 'OW1', five: 'F AY1 V' };
const dictionary = openDictionary(
  packDictionary(Object.entries(sounds).map(([word, phones]) => [word, phones.split(' ') as Phone[]])),
);

/** Each word on a line: how it is written, said, and sounds. */
export function linesOf(text: string): string[] {
  const { words, skipped } = spokenText(text);
  const lines = pronounce(words, { dictionary }).map(
    ({ word, start, end, pause, phones }) => `${text.slice(start, end)}: ${word} [${phones.join(' ')}] ${pause}`,
  );
  return [...lines, ...skipped.map(part => `${part.text}: not said`)];
}

console.log(linesOf(process.argv[2] ?? 'At 9:05. 👋').join('\n'));
