import { showError } from '@residual/appkit';

/** Shows the error of an optional action, unless it was aborted, and lets the run continue. */
export async function reportFailure(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) showError(error);
  }
}
