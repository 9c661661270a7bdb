/** A recording that comes with the page. */
export interface Sample {
  readonly id: string;
  readonly label: string;
  /** What one sees in it. */
  readonly shows: string;
}

/** The recordings that come with the page. */
export const samples: readonly Sample[] = [
  {
    id: 'jfk',
    label: 'A president, 1961',
    shows: 'Clear and slow: nearly every word is certain, and the pauses are empty.',
  },
  {
    id: 'librivox-0870',
    label: 'A novel, read aloud',
    shows: 'A name that nobody has told it: look at what else it could have heard there.',
  },
  {
    id: 'flite',
    label: 'A machine',
    shows: 'A synthetic voice of the nineties: flat bands in the picture, and still words.',
  },
];

/** The address of a recording that comes with the page. */
export const addressOfSample = (id: string): string => `./recordings/${id}.wav`;
