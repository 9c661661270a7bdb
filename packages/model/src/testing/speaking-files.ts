import type { ModelFiles } from '../load/sources/files.js';
import { fixtureFiles } from './fixture-files.js';

/** The files of a checkpoint of fixtures/architectures with others in addition, or in the place of its own. */
export function filesWith(folder: string, texts: Readonly<Record<string, object>>): ModelFiles {
  const files = fixtureFiles(`fixtures/architectures/${folder}`);
  return {
    ...files,
    text: (name, options) =>
      Object.hasOwn(texts, name) ? Promise.resolve(JSON.stringify(texts[name])) : files.text(name, options),
  };
}

/** The config of a checkpoint with other fields. */
export async function configWith(folder: string, fields: object): Promise<object> {
  const text = await fixtureFiles(`fixtures/architectures/${folder}`).text('config.json', {});
  return { ...(JSON.parse(text!) as object), ...fields };
}

/** The characters of a voice that reads small letters, as many as the VITS of the fixtures has tokens. */
export const letters: Readonly<Record<string, number>> = Object.fromEntries(
  [..."_abcdefghijklmnopqrstuvwxyz '-.,!?äöü"].slice(0, 38).map((character, id) => [character, id]),
);

/** The VITS of the fixtures as a checkpoint that reads texts. */
export const readingVits = (config: object = {}): Promise<ModelFiles> =>
  configWith('vits', config).then(fields =>
    filesWith('vits', {
      'config.json': fields,
      'vocab.json': letters,
      'tokenizer_config.json': { phonemize: false, add_blank: true, normalize: true },
    }),
  );
