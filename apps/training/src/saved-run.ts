import { browserStore } from '@residual/train/browser';
import type { Losses } from './losses-view.js';
import type { Sample } from './samples-view.js';
import { type GptSettings, savedRunFile, savedRunName } from './work/character-gpt.js';

/** What the page had shown of a run when its checkpoint was written. */
export interface History {
  readonly losses: readonly Losses[];
  readonly samples: readonly Sample[];
}

/** A run that this browser keeps, to go on with. */
export interface SavedRun {
  readonly step: number;
  readonly settings: GptSettings;
  readonly history: History;
}

/** The run that is kept, undefined where there is none. */
export async function savedGpt(): Promise<SavedRun | undefined> {
  const stored = await browserStore(savedRunName).latest();
  const bytes = await stored?.read(savedRunFile);
  if (!stored || !bytes) return undefined;
  const { settings, page } = JSON.parse(new TextDecoder().decode(bytes)) as { settings: GptSettings; page: History };
  return { step: stored.step, settings, history: page };
}

/** Forgets it. */
export function deleteSavedGpt(): Promise<void> {
  return browserStore(savedRunName).clear();
}
