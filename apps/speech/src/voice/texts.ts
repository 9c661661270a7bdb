/** A text that comes with the page. */
export interface SampleText {
  readonly label: string;
  readonly text: string;
}

/** The texts that come with the page. */
export const texts: readonly SampleText[] = [
  { label: 'A story', text: 'Once upon a time there was a little robot. It wanted to sing, so it asked a bird.' },
  { label: 'Numbers', text: 'Dr. Gray paid $2.50 on March 5th, 1999.' },
  { label: 'A question', text: 'Did you see that? It was a shooting star!' },
  { label: 'Words that nobody knows', text: 'The zorbling met a quivex near Brintolia.' },
];
