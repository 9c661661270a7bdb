import { browserStore } from '@residual/train/browser';
import type { Losses } from './losses-view.js';
import type { Sample } from './samples-view.js';
import { type GptSettings, savedRunFile, savedRunName } from './work/gpt-settings.js';

/** The history that the page showed when a checkpoint was written. */
export interface History {
  readonly losses: readonly Losses[];
  readonly samples: readonly Sample[];
}

/** A run that is saved in this browser. */
export interface SavedRun {
  readonly step: number;
  readonly settings: GptSettings;
  readonly history: History;
}

/** The saved run; undefined if there is none. */
export async function savedGpt(): Promise<SavedRun | undefined> {
  const stored = await browserStore(savedRunName).latest();
  const bytes = await stored?.read(savedRunFile);
  if (!stored || !bytes) return undefined;
  const { settings, page } = JSON.parse(new TextDecoder().decode(bytes)) as { settings: GptSettings; page: History };
  return { step: stored.step, settings, history: page };
}

/** Deletes the saved run. */
export function deleteSavedGpt(): Promise<void> {
  return browserStore(savedRunName).clear();
}
