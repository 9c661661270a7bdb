import { byId, on } from '@residual/appkit';
import { deleteSavedGpt, type SavedRun, savedGpt } from './saved-run.js';

/** The saved run and the buttons that continue and delete it. */
export interface SavedRunView {
  /** The saved run; undefined if there is none. */
  readonly run: SavedRun | undefined;
  /** Looks for a saved run, and shows the buttons if there is one. */
  find(): Promise<SavedRun | undefined>;
  hideButtons(): void;
  /** Deletes the saved run. */
  delete(): Promise<void>;
}

/** Wires the buttons; `resume` continues the saved run. */
export function savedRunView(resume: () => Promise<void>): SavedRunView {
  let run: SavedRun | undefined;
  const showButtons = (areVisible: boolean) => {
    for (const name of ['continue', 'forget']) byId(`gpt-${name}`).hidden = !areVisible;
  };
  on('gpt-continue', 'click', resume);
  on('gpt-forget', 'click', async () => {
    await deleteSavedGpt();
    showButtons(false);
    byId('gpt-status').textContent = 'The saved run is deleted.';
  });
  return {
    get run() {
      return run;
    },
    find: async () => {
      run = await savedGpt();
      showButtons(run !== undefined);
      return run;
    },
    hideButtons: () => showButtons(false),
    delete: deleteSavedGpt,
  };
}
