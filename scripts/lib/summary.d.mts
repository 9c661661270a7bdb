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
  testResults?: {
    name?: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName?: string; failureMessages?: string[] }[];
  }[];
}
export interface Failure {
  name: string;
  lines: string[];
}
export function count(report: Report | undefined, code: number): Counts;
export function failures(report: Report | undefined, code: number): Failure[];
export function failedFiles(report: Report | undefined): string[];
export function summary(
  results: (Counts & { name: string; seconds: number; failures?: Failure[]; crowded?: Failure[] })[],
  notRun: Record<string, string>,
  strict: boolean,
): { lines: string[]; failed: number };
