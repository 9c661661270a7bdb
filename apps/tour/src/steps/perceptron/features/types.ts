/** How far the writing is. */
export interface Written {
  /** The first of the stories that were written last. */
  readonly latest: string;
  readonly stories: number;
  readonly tokens: number;
}

/** A step of learning. */
export interface LearningStep {
  readonly step: number;
  readonly loss: number;
  readonly explainedVariance: number;
  /** The number of features that have fired lately. */
  readonly alive: number;
}

/** A feature of the list. */
export interface ListedFeature {
  readonly feature: number;
  /** The share of tokens at which it fires. */
  readonly fires: number;
  /** The tokens at which it is strongest. */
  readonly names: readonly string[];
  readonly activation: number;
}

/** The clearest features, the first one first. */
export interface FeatureList {
  /** The number of tokens in which they were looked up. */
  readonly tokens: number;
  /** The number of features that fire at all. */
  readonly alive: number;
  readonly features: readonly ListedFeature[];
}

/** A text with the activation of a feature at each token; the token `at` is the strongest. */
export interface ShadedText {
  readonly activation: number;
  readonly at: number;
  readonly tokens: readonly { readonly text: string; readonly activation: number }[];
}

/** A token, and what a feature adds to its logit. */
export interface NamedEffect {
  readonly text: string;
  readonly effect: number;
}

/** What a feature answers to, and what it does. */
export interface FeatureFacts {
  readonly feature: number;
  readonly fires: number;
  readonly texts: readonly ShadedText[];
  readonly raised: readonly NamedEffect[];
  readonly lowered: readonly NamedEffect[];
}

/** A feature, and what is added to it at every token. */
export interface Steering {
  readonly feature: number;
  readonly strength: number;
}

/** Hears how far a longer work is. */
export type OnProgress = (progress: { readonly done: number; readonly total: number }) => void;
