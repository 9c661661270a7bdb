import { showError } from '@residual/appkit';

/** Lets something fail that a run can do without: what goes wrong, other than that it was stopped, is shown, and the run goes on. */
export async function reportFailure(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) showError(error);
  }
}
