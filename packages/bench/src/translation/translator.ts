/** Settings of a translation. */
export interface TranslateSettings {
  /** The number of sentences in a batch. */
  readonly batch: number;
  /** 1 is greedy. */
  readonly numBeams: number;
}

/** A sentence: its text, and the tokens for the encoder. */
export interface Sentence {
  readonly text: string;
  readonly tokens: readonly number[];
}

/** One implementation of the same translator, on the same file. */
export interface Translator {
  load(folder: string): Promise<void>;
  /** The tokens of the translations, end tokens left out, in the order of the sentences. */
  translate(sentences: readonly Sentence[], settings: TranslateSettings): Promise<readonly (readonly number[])[]>;
}

/** The forms in which our weights are held beside float32. */
export const forms = ['f16', 'int8', 'int4'] as const;

/** One of these forms. */
export type TranslatorForm = (typeof forms)[number];

/** The names of the translators; ours may hold its weights in fewer bits. */
export type TranslatorName =
  | 'residual'
  | `residual ${TranslatorForm}`
  | 'onnxruntime-web'
  | 'onnxruntime-web, 2 threads';

/** The form of a translator of ours; undefined for float32 and for the others. */
export function formOf(name: TranslatorName): TranslatorForm | undefined {
  return forms.find(form => name === `residual ${form}`);
}
