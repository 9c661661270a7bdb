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

/** The names of the translators. */
export type TranslatorName = 'residual' | 'onnxruntime-web' | 'onnxruntime-web, 2 threads';
