export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export interface Report {
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numTodoTests?: number;
  testResults?: { status: string; assertionResults: { status: string }[] }[];
}
export function count(report: Report | undefined, code: number): Counts;
export function summary(
  results: (Counts & { name: string; seconds: number })[],
  notRun: Record<string, string>,
  strict: boolean,
): { lines: string[]; failed: number };
