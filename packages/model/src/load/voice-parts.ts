import { openDictionary, type PronouncingDictionary } from '@residual/pronunciation';
import { dispose, ResidualError } from '@residual/tensor';
import type { Model } from '../model.js';
import type { LoadModelOptions, OpenedModel } from './load-model.js';
import { filesInFolder } from './part-files.js';
import type { ModelFiles } from './sources/files.js';

/** What a voice has beside the model that makes frames, so that it speaks English texts by itself. */
export interface VoiceParts extends Disposable {
  /** Makes samples of the frames. */
  readonly vocoder: Model | undefined;
  /** Translates the letters of words that the dictionary lacks to phones. */
  readonly letters: Model | undefined;
  /** The phones of words; undefined for a voice that is given phones. */
  readonly dictionary: PronouncingDictionary | undefined;
  /** All files of these parts by their paths, as `save` writes them. */
  files(save: (model: Model) => Promise<ReadonlyMap<string, Uint8Array>>): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** The most bytes of a dictionary; the CMU dictionary has 1.8 MB. */
const mostDictionaryBytes = 2 ** 26;

/** Options of `loadModel`, and the function itself. */
interface VoicePartOptions extends Pick<LoadModelOptions, 'signal' | 'weights'> {
  readonly loadModel: (files: ModelFiles, options: LoadModelOptions) => Promise<Model>;
}

/**
 * Loads the parts that `voice.json` names: `vocoder` and `letters_to_sounds` are folders with a checkpoint each,
 * `dictionary` is a file of `packDictionary` of `@residual/pronunciation`, `language` is that of texts: `en`. Throws
 * for other fields and for a part that is not there; nothing stays in memory then, `weights` neither.
 */
export async function loadVoiceParts(
  { checkpoint, files, onBytes }: OpenedModel,
  ownWeights: unknown,
  { loadModel, signal, weights }: VoicePartOptions,
): Promise<VoiceParts> {
  const models: Model[] = [];
  const open = async (folder: string | undefined) => {
    if (folder === undefined) return undefined;
    const model = await loadModel(filesInFolder(files, folder), {
      ...(signal && { signal }),
      ...(typeof weights === 'string' && { weights }),
      onProgress: step => step.stage === 'bytes' && onBytes(`${folder}/${step.file}`, step.done, step.total),
    });
    models.push(model);
    return model;
  };
  const disposeModels = () => {
    for (const model of models) model.dispose();
  };
  try {
    const names = partNames(files, checkpoint.texts[voiceFile]!);
    const bytes = names.dictionary === undefined ? undefined : await dictionaryBytes(files, names.dictionary, signal);
    const dictionary = bytes && openDictionary(bytes);
    const vocoder = await open(names.vocoder);
    const letters = await open(names.letters_to_sounds);
    return {
      vocoder,
      letters,
      dictionary,
      files: async save => {
        const all = new Map<string, Uint8Array>();
        if (bytes) all.set(names.dictionary!, bytes);
        for (const [folder, model] of [
          [names.vocoder, vocoder],
          [names.letters_to_sounds, letters],
        ] as const)
          if (model) for (const [name, content] of await save(model)) all.set(`${folder}/${name}`, content);
        return all;
      },
      [Symbol.dispose]: disposeModels,
    };
  } catch (error) {
    disposeModels();
    dispose(ownWeights);
    throw error;
  }
}

/** The file that names the parts of a voice. */
const voiceFile = 'voice.json';

type PartNames = Partial<Record<'vocoder' | 'letters_to_sounds' | 'dictionary', string>>;

/** The names in `voice.json`. Throws unless it is what `loadVoiceParts` says. */
function partNames({ origin }: ModelFiles, text: string): PartNames {
  const refuse = (what: string): never => {
    throw new ResidualError('files', `loadModel: ${voiceFile} of ${origin} ${what}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('is not an object');
  const { language, ...names } = value as Record<string, unknown>;
  if (language !== 'en') refuse(`has the language ${JSON.stringify(language)}; texts are read in "en"`);
  for (const [name, part] of Object.entries(names)) {
    if (!['vocoder', 'letters_to_sounds', 'dictionary'].includes(name))
      refuse(`has ${name}; it can have language, vocoder, letters_to_sounds and dictionary`);
    if (typeof part !== 'string' || !/^[\w-][\w.-]*$/.test(part))
      refuse(`has the ${name} ${JSON.stringify(part)}; it must be the name of a file or folder beside it`);
  }
  if (names.letters_to_sounds !== undefined && names.dictionary === undefined)
    refuse('has letters_to_sounds and no dictionary');
  return names as PartNames;
}

async function dictionaryBytes(files: ModelFiles, name: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const source = await files.bytes(name, { signal });
  if (!source) throw new ResidualError('files', `loadModel: ${files.origin} has no ${name}, which ${voiceFile} names`);
  if (source.size > mostDictionaryBytes)
    throw new ResidualError(
      'files',
      `loadModel: ${name} of ${files.origin} has ${source.size} bytes; a dictionary has at most ${mostDictionaryBytes}`,
    );
  return source.read(0, source.size, { signal });
}
