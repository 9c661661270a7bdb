/**
 * Whether the part is open; how many stories the model writes and reads, for how many steps the autoencoder learns, and
 * the seed of both; the chosen feature (-1: the clearest one), what is added to it, and the seed of the story.
 */
export const settings = {
  featuresOpen: false,
  featureStories: 128,
  featureSteps: 120,
  featureSeed: 1,
  feature: -1,
  featureStrength: 8,
  storySeed: 1,
};

/** The names of these settings. */
export const partSettings = Object.keys(settings) as readonly (keyof typeof settings)[];

/** The bounds of the numbers that a visitor can enter. */
export const bounds = {
  featureStories: [8, 512],
  featureSteps: [1, 600],
  featureSeed: [0, 999],
  featureStrength: [-20, 20],
  storySeed: [0, 999],
} as const;

/** A setting as a whole number within its bounds. */
export const bounded = (values: Readonly<Record<keyof typeof bounds, number>>, name: keyof typeof bounds): number =>
  Math.min(bounds[name][1], Math.max(bounds[name][0], Math.round(values[name])));
