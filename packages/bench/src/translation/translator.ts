/** How sentences are translated. */
export interface TranslateSettings {
  /** Sentences at once. */
  readonly batch: number;
  /** 1 is greedy. */
  readonly numBeams: number;
}

/** A sentence: its text, and its tokens as the encoder reads them. */
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
