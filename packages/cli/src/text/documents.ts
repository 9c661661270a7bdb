/** How texts can be split into documents. */
export const documentSplits = ['none', 'lines', 'paragraphs', 'files'] as const;

/** How texts are split into documents. */
export type DocumentSplit = (typeof documentSplits)[number];

/** Splits texts into documents; blank ones are dropped. */
export function documentsOf(texts: readonly string[], split: DocumentSplit): string[] {
  const separator = { none: undefined, files: undefined, lines: /\n/, paragraphs: /\n\s*\n/ }[split];
  const documents = separator ? texts.flatMap(text => text.split(separator)) : texts;
  return documents.filter(text => text.trim() !== '');
}
