import { ResidualError } from '@residual/base';
import type { TopActivation } from '@residual/inspect';
import type { Model } from '@residual/model';
import type { Command } from 'commander';
import { inputFiles, positiveWholeNumber } from '../runtime/option-values.js';
import { addDocumentsOption, addJsonOption } from '../runtime/options.js';
import { columns } from '../terminal/format.js';
import { type DocumentSplit, documentsOf } from '../text/documents.js';
import { readTexts } from '../text/files.js';
import { textOfToken, tokenHeading } from './tokens.js';

/** The options of `addFiringOptions`. */
export interface FiringOptions {
  readonly count: number;
  readonly oncePerText?: boolean;
  readonly documents: DocumentSplit;
  readonly json?: boolean;
}

/** Adds the argument of text files, and the options of how many places of them are shown. */
export function addFiringOptions(command: Command): Command {
  command
    .argument('<text-files...>', 'UTF-8 texts', inputFiles)
    .option('--count <n>', 'how many places of each are shown', positiveWholeNumber, 10)
    .option('--once-per-text', 'show a text once, at its largest activation');
  addDocumentsOption(command, 'what counts as one text; none is all of it', 'lines');
  return addJsonOption(command);
}

/** The token ids of texts, in windows of the longest sequence of the model. */
export async function sequencesIn(model: Model, files: readonly string[], split: DocumentSplit): Promise<number[][]> {
  if (!model.tokenizer) throw new ResidualError('files', 'inspect: this model has no tokenizer; texts need one');
  const texts = documentsOf(await readTexts('inspect', files), split);
  const windows = texts.flatMap(text => {
    const ids = model.tokensOf(text);
    const count = Math.ceil(ids.length / model.maxPositions);
    return Array.from({ length: count }, (_, i) => ids.slice(i * model.maxPositions, (i + 1) * model.maxPositions));
  });
  if (windows.length > 0) return windows;
  throw new ResidualError('files', 'inspect: the texts are empty');
}

/** A place in a text as plain data. */
export function placeAsJson(model: Model, top: TopActivation) {
  const { activation, token, sequence, position, context } = top;
  const text = textOfToken(model, token) ?? null;
  const around = context.map(id => textOfToken(model, id) ?? '').join('');
  return { activation, sequence, position, id: token, text, context: around };
}

/** A table of the places of one neuron or feature: the activation, and the text around its token in brackets. */
export function placesTable(model: Model, heading: string, places: readonly TopActivation[]): string {
  const rows = places.map(({ activation, sequence, position, context, contextStart }) => {
    const words = context.map((id, i) => {
      const text = (textOfToken(model, id) ?? tokenHeading(model, id)).replaceAll('\n', '↵');
      return contextStart + i === position ? `${/^ ?/.exec(text)![0]}[${text.replace(/^ /, '')}]` : text;
    });
    return [activation.toFixed(3), `${sequence}:${position}`, words.join('').trim()];
  });
  return rows.length === 0
    ? `${heading}\nnowhere`
    : `${heading}\n${columns([['activation', 'place', 'text'], ...rows])}`;
}
